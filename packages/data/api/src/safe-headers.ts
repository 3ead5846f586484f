/**
 * What keeps a browser from doing more with an answer than it was made for; the page and the documentation bring
 * policies of their own. Strict-Transport-Security is set by whoever ends TLS before us: on a development machine it would
 * lock a browser out.
 *
 * Written out, and not by a plugin: it is the same for every request, and a plugin worked it out for each.
 *
 * @see OWASP HTTP Headers Cheat Sheet
 */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": "default-src 'none';frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Besides, for what a browser shows as a page of its own. */
export const SAFE_PAGE_HEADERS: Readonly<Record<string, string>> = {
  "cross-origin-opener-policy": "same-origin",
  "origin-agent-cluster": "?1",
  "x-frame-options": "DENY",
};
