import { defineConfig } from "@ghostchain/product";
import { guestbook } from "./src/guestbook.ts";

export default defineConfig({ products: [guestbook] });
