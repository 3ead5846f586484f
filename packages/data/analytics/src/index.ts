export {
  type Analytics,
  type AnalyticsDeps,
  type AnalyticsProgress,
  type AnalyticsSettings,
  createAnalytics,
} from "./analytics.ts";
export { AnalyticsError, type AnalyticsFault } from "./analytics-error.ts";
export { requestAnalyticsRebuild } from "./rebuild-request.ts";
