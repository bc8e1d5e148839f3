// Healthy while the process in this container takes callers. One that listens on no port, such as the step that migrates, needs no health.
const port = process.env.PORT || '3000';
try {
  const { status } = await fetch(`http://127.0.0.1:${port}/api/health/ready`, { signal: AbortSignal.timeout(4_000) });
  if (status !== 200) throw new Error(`/api/health/ready answers ${status}`);
} catch (error) {
  console.error(error.cause?.message ?? error.message);
  process.exitCode = 1;
}
