// A map of message types: what compiles, and what must not. This file is only compiled.
import { ERROR_CODES, Parley, ParleyError, Presence, SyncedState, SyncedStore, type ErrorCode } from 'parley-sync';

interface User {
  name: string;
}
interface Messages {
  'user:load': (query: { id: number }) => Promise<User>;
  ping: () => string;
  cursor: { x: number; y: number };
  note?: string;
}

export async function typed(): Promise<void> {
  const parley = Parley.create<Messages>({ channel: 'typed' });
  const user: User = await parley.send('user:load', { id: 1 }, { targetId: 'other' });
  const pong: string = await parley.send('ping');
  await parley.send('cursor', { x: 1, y: 2 });
  await parley.broadcast('cursor', { x: 1, y: 2 });
  parley.on('user:load', ({ id }, _respond, { origin }) => ({ name: `${id.toFixed()} ${origin}` }));
  parley.on('user:load', async ({ id }, respond) => respond({ name: String(id) }));
  parley.on('cursor', ({ x, y }) => void (x + y));
  parley.on('cursor', ({ x, y }) => x + y);
  const { x }: { x: number } = await parley.once('cursor', { signal: AbortSignal.timeout(1000) });
  parley.register('cursor', { schema: (value) => typeof value === 'object' });
  parley.register('cursor', {
    schema: { type: 'object', required: ['x', 'y'], properties: { x: { type: 'number' } } },
  });
  parley.register('ping');
  // @ts-expect-error neither a validator nor a JSON Schema
  parley.register('cursor', { schema: { x: 'number' } });
  // @ts-expect-error no such keyword
  parley.register('cursor', { schema: { type: 'object', propertys: {} } });
  // @ts-expect-error no such option
  parley.register('cursor', { shema: { type: 'object' } });

  // @ts-expect-error the payload is required
  await parley.send('user:load');
  // @ts-expect-error another payload
  await parley.send('user:load', { id: 'one' });
  // @ts-expect-error no such type
  await parley.send('user:save', { id: 1 });
  // @ts-expect-error no such type
  parley.on('user:save', () => {});
  // @ts-expect-error another answer
  parley.on('ping', () => 5);
  // @ts-expect-error another payload
  parley.on('cursor', ({ z }) => z);
  // @ts-expect-error the payload is required
  await parley.broadcast('cursor');
  // @ts-expect-error an answer is no number
  const count: number = await parley.send('ping');

  // Everything that takes a Parley takes this one.
  const state = new SyncedState(parley, { count: 0, name: 'a', more: undefined as number | undefined });
  new Presence(parley, { name: user.name + pong });
  new SyncedStore(parley, (now: number, action: { type: 'ADD'; by: number }) => now + action.by, 0);
  await state.increment('count');
  await state.increment('more', 2);
  // @ts-expect-error no number
  await state.increment('name');
  void [x, count];
}

/** What ParleyJS documents compiles, and nothing else that is not an option. */
export async function ofParleyJS(): Promise<void> {
  const heartbeat = { enabled: true, interval: 5000, timeout: 2000, maxMissed: 3, maxFailures: 3 };
  const parley = Parley.create({
    targetType: 'iframe',
    sendTimeout: 100,
    retries: 2,
    heartbeat,
    analyticsEnabled: true,
  });
  const kind: 'iframe' | 'window' | undefined = parley.targetType;
  await parley.broadcast('x', kind, { expectsResponse: false });
  await parley.send('x', 1, { priority: 1 });
  const schema = { type: 'object', properties: { id: { type: 'number', minimum: 1 } } };
  parley.register('x', { schema, onError: (error: ParleyError) => void error.code });
  // @ts-expect-error nobody's option
  Parley.create({ heartBeat: heartbeat });
  // @ts-expect-error refused
  Parley.create({ securityLayer: {} });
  throw new ParleyError('made by hand');
}

export async function untyped(parley: Parley): Promise<void> {
  const answer = await parley.send('anything', { of: 'any form' });
  // @ts-expect-error unknown: it has to be looked at first
  answer.length;
  parley.on('anything', (payload) => {
    // @ts-expect-error unknown
    payload.length;
  });
  parley.on('greet', ({ name }: { name: string }) => `Hello ${name}`);
  const size = await parley.send<{ path: string }, number>('size', { path: '/' });
  size.toFixed();
  const once = await parley.once<string>('word', {});
  once.trim();
  // @ts-expect-error it is made by create()
  new Parley();
}

export function codes(error: ParleyError): string {
  const code: ErrorCode = error.code;
  if (error.code === ERROR_CODES.TIMEOUT) return 'late';
  // @ts-expect-error no such code
  if (error.code === 'ERR_TIMED_OUT') return 'never';
  return code;
}

export function candidates(state: SyncedState<{ title: string; size: number }>): void {
  state.onConflict((key, [first]) => {
    if (first !== undefined) void state.resolve(key, first.value);
  });
  const [candidate] = state.conflicts.get('title') ?? [];
  const value: string | number | undefined = candidate?.value;
  void value;
}

export function presence(others: Presence<{ cursor: number }>, any: Presence): void {
  for (const { cursor } of others.others.values()) cursor.toFixed();
  for (const value of any.others.values()) {
    // @ts-expect-error unknown
    value.cursor;
  }
}

export function strategies(parley: Parley): void {
  interface Shared {
    size: number;
    title: string;
  }
  new SyncedState<Shared>(
    parley,
    { size: 0, title: '' },
    { conflict: { size: (a, b) => Math.max(a, b), title: 'merge' } },
  );
  new SyncedState<Shared>(parley, { size: 0, title: '' }, { conflict: (a, b, _base, key) => (key === 'size' ? a : b) });
  // @ts-expect-error another type than the key's
  new SyncedState<Shared>(parley, { size: 0, title: '' }, { conflict: { size: () => 'large' } });
}
