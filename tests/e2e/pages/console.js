// For a driver that tells nothing of consoles: posts to the test server what this page's console is told. Workers, and pages
// that do not come from the server, are not heard.
{
  const kept = { error: 'error', warn: 'warning', info: 'info', log: 'log', debug: 'debug' };
  const post = (level, text) => navigator.sendBeacon('/e2e/said', JSON.stringify({ level, text, url: location.href }));
  const shown = (value) => (value instanceof Error ? `${value.name}: ${value.message}` : String(value));
  for (const [method, level] of Object.entries(kept)) {
    const own = console[method];
    console[method] = (...values) => {
      post(level, values.map(shown).join(' '));
      own.apply(console, values);
    };
  }
  addEventListener('error', (event) => {
    if (event.message) post('uncaught', `${event.message} ${event.error?.stack ?? ''}`);
  });
  addEventListener('unhandledrejection', ({ reason }) =>
    post('uncaught', `unhandled rejection: ${shown(reason)} ${reason?.stack ?? ''}`),
  );
}
