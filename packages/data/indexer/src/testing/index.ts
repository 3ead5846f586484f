export { withBlockSql } from "./with-block-sql.ts";
