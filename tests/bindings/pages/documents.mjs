// Yjs and Comlink.
import { expose, transfer, wrap } from 'comlink';
import { createTestNetwork } from 'parley-sync';
import { comlinkEndpoint } from 'parley-sync/comlink';
import { ParleyProvider } from 'parley-sync/yjs';
import { Awareness } from 'y-protocols/awareness';
import { Doc } from 'yjs';
import { becomes, equal, pair, run, test } from './harness.js';

const editor = (parley, name) => {
  const doc = new Doc();
  const awareness = new Awareness(doc);
  const provider = new ParleyProvider(parley, doc, { name, awareness });
  return { doc, awareness, provider, text: doc.getText('t') };
};

test('Yjs: windows that type at the same moment agree, and one that comes late gets everything', async () => {
  const network = createTestNetwork({ seed: 5, latency: [0, 20] });
  const parleys = [network.createParley(), network.createParley()];
  const [a, b] = parleys.map((parley) => editor(parley, 'doc'));
  await network.settle();
  a.text.insert(0, 'hello');
  b.text.insert(0, 'world');
  await network.settle();
  await becomes(() => a.text.toString() === b.text.toString() && a.text.length, 10);
  const late = network.createParley();
  const c = editor(late, 'doc');
  await network.settle();
  await becomes(() => c.text.toString(), a.text.toString());
  c.text.delete(0, 5);
  await network.settle();
  await becomes(() => [a, b].map(({ text }) => text.length), [5, 5]);
  for (const parley of [...parleys, late]) parley.destroy();
});

test('Yjs: Symbol.dispose and Symbol.asyncDispose stop sharing', async () => {
  for (const symbol of ['dispose', 'asyncDispose']) {
    const network = createTestNetwork({ seed: 7 });
    const parleys = [network.createParley(), network.createParley()];
    const [a, b] = parleys.map((parley) => editor(parley, 'doc'));
    await network.settle();
    await a.provider[Symbol[symbol]]();
    a.text.insert(0, 'alone');
    await network.settle();
    equal(b.text.length, 0);
    for (const parley of parleys) parley.destroy();
  }
});

test('Yjs: what was typed while apart is merged, and cursors go with their window', async () => {
  const network = createTestNetwork({ seed: 6 });
  const parleys = [network.createParley(), network.createParley()];
  const [a, b] = parleys.map((parley) => editor(parley, 'doc'));
  await network.settle();
  a.awareness.setLocalStateField('cursor', 3);
  await network.settle();
  await becomes(() => b.awareness.getStates().get(a.doc.clientID)?.cursor, 3);
  network.partition([parleys[0]], [parleys[1]]);
  a.text.insert(0, 'one');
  b.text.insert(0, 'two');
  await network.settle();
  network.heal();
  await network.settle();
  a.text.insert(0, '!');
  await becomes(() => a.text.toString() === b.text.toString() && a.text.length, 7);
  parleys[0].destroy();
  await network.settle();
  await becomes(() => b.awareness.getStates().has(a.doc.clientID), false);
  b.provider.destroy();
  parleys[1].destroy();
});

test('Yjs: a document that nobody else names stays alone', async () => {
  const { network, a, b, end } = await pair();
  const [here, there] = [editor(a, 'one'), editor(b, 'two')];
  await network.settle();
  here.text.insert(0, 'x');
  await network.settle();
  equal(there.text.toString(), '');
  end();
});

test('Comlink: functions, transfers and errors pass through a peer', async () => {
  const { a, b, end } = await pair();
  const [toB, toA] = [a.getConnectedTargets()[0], b.getConnectedTargets()[0]];
  const api = {
    add: (x, y) => x + y,
    size: (buffer) => buffer.byteLength,
    fail: () => {
      throw new RangeError('no');
    },
  };
  expose(api, comlinkEndpoint(b, toA));
  const remote = wrap(comlinkEndpoint(a, toB));
  equal(await remote.add(2, 3), 5);
  const buffer = new ArrayBuffer(8);
  equal(await remote.size(transfer(buffer, [buffer])), 8);
  const error = await remote.fail().catch((caught) => caught);
  equal([error instanceof Error, error.message], [true, 'no']);
  end();
});

await run();
