// The floods, and the three pages of each: who is flooded, who is honest, who is not. The functions run in the pages.

/** `by`: the way it comes; `raw`: no Parley takes part in anything. */
export const floods = [
  { name: 'raw ports, no flood', by: 'nothing', raw: true },
  {
    name: 'raw ports, window messages to a listener that looks at their origin',
    by: 'window',
    raw: true,
    stranger: true,
  },
  { name: 'raw ports, messages to a port whose listener reads them', by: 'port', raw: true },
  { name: 'Parley, no flood', by: 'nothing' },
  { name: 'Parley, window messages of a stranger', by: 'window', stranger: true },
  { name: 'Parley, window messages of a stranger, 100 kB each', by: 'window', stranger: true, bytes: 100_000 },
  { name: 'Parley, messages of a peer to a handler, default limits', by: 'port' },
  { name: 'Parley, the same, 1,000 a second let in', by: 'port', limits: { messagesPerSecond: 1000 } },
  {
    name: 'Parley, the same, 10 kB each, 1,000 a second let in',
    by: 'port',
    bytes: 10_000,
    limits: { messagesPerSecond: 1000 },
  },
  { name: 'raw ports, 10 kB each to a port whose listener reads them', by: 'port', raw: true, bytes: 10_000 },
  { name: 'Parley, messages of a peer that were not granted', by: 'port', grants: { messages: ['sent'] } },
];

export const pages = {
  victim: async ({ honest, hostile, allowed, raw, by, limits, grants, seconds }) => {
    const parley = Parley.create({ allowedOrigins: allowed, ...(limits && { limits }) });
    let heard = 0;
    let sent = 0;
    parley.on('flood', () => void (heard += 1));
    parley.on('sent', (n) => void (sent = n));
    /** A frame, once its page listens. */
    const frame = (id, src) =>
      new Promise((resolve) => {
        const element = addFrame(id, src);
        addEventListener('message', ({ data, source }) => {
          if (data === 'here' && source === element.contentWindow) resolve(element);
        });
      });
    const port = async (id, src) => {
      const { port1, port2 } = new MessageChannel();
      (await frame(id, src)).contentWindow.postMessage('raw', '*', [port2]);
      return port1;
    };
    let echo;
    if (raw) {
      const near = await port('honest', honest);
      echo = () =>
        new Promise((resolve) => {
          near.onmessage = resolve;
          near.postMessage({ id: 1 });
        });
      const far = await port('hostile', hostile);
      const look = ({ data }) => {
        if (typeof data === 'number') sent = data;
        else if (data.type === 'flood') heard += 1;
      };
      far.onmessage = look;
      addEventListener('message', (event) => allowed.includes(event.origin) && look(event));
    } else {
      await parley.connect(await frame('honest', honest), 'honest');
      echo = () => parley.send('echo', { id: 1 }, { targetId: 'honest', timeout: 60_000 });
      const enemy = await frame('hostile', hostile);
      if (by === 'port') await parley.connect(enemy, 'hostile', grants ? { grants } : {});
    }
    for (let i = 0; i < 200; i++) await echo();
    document.getElementById('hostile').contentWindow.postMessage('go', '*');
    await pause(500);
    const times = [];
    const end = performance.now() + seconds * 1000;
    heard = 0;
    const before = sent;
    while (performance.now() < end) {
      const start = performance.now();
      await echo();
      times.push(performance.now() - start);
    }
    globalThis.result = { times, heard, sent: sent - before };
  },

  honest: ({ top }) => {
    const parley = Parley.create({ allowedOrigins: [top] });
    parley.on('echo', (value) => value);
    addEventListener('message', ({ data, ports: [port] }) => {
      if (data === 'raw') port.onmessage = ({ data }) => port.postMessage(data);
    });
    parent.postMessage('here', '*');
  },

  hostile: ({ top, raw, by, bytes = 20 }) => {
    const payload = { type: 'flood', text: 'x'.repeat(bytes) };
    const parley = raw ? null : Parley.create({ allowedOrigins: [top] });
    let port;
    const once = {
      window: () => parent.postMessage(payload, '*'),
      port: () => (raw ? port.postMessage(payload) : parley.send('flood', payload, { expectsResponse: false })),
      nothing() {},
    }[by];
    addEventListener('message', async ({ data, ports }) => {
      if (data === 'raw') [port] = ports;
      if (data !== 'go') return;
      let sent = 0;
      for (;;) {
        for (let i = 0; i < (bytes > 1000 ? 5 : 50); i++) once();
        sent += bytes > 1000 ? 5 : 50;
        if (sent % 1000 === 0) (raw ? port : { postMessage() {} }).postMessage(sent);
        await turn();
      }
    });
    parent.postMessage('here', '*');
  },
};
