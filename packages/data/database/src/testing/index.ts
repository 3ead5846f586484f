export { openTestDatabase, type TestDatabase } from "./open-test-database.ts";
export { createTestServerDatabase, type TestServerDatabase } from "./test-server.ts";
