// Which operating system process a Chromium tab runs in.

/** The renderer of the view's tab. No protocol tells: it is the one that works when the page is asked to. */
export async function rendererOf(view) {
  const cdp = await view.tab.page.context().browser().newBrowserCDPSession();
  const times = async () => {
    const { processInfo } = await cdp.send('SystemInfo.getProcessInfo');
    return new Map(processInfo.filter(({ type }) => type === 'renderer').map(({ id, cpuTime }) => [id, cpuTime]));
  };
  const before = await times();
  await view.eval(() => {
    for (const end = performance.now() + 700; performance.now() < end;);
  });
  const spent = [...(await times())].map(([id, time]) => [time - (before.get(id) ?? 0), id]);
  await cdp.detach();
  return spent.sort(([a], [b]) => b - a)[0][1];
}
