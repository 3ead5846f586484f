// `node is-healthy.mjs URL` for container health checks: the image has Node and no curl.
const response = await fetch(process.argv[2] ?? "", { signal: AbortSignal.timeout(2_500) }).catch(
  () => undefined,
);
process.exitCode = response?.ok ? 0 : 1;
