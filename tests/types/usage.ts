// How the package is used, and what its types refuse. This file is only compiled.
import {
  Leader,
  Parley,
  ParleyError,
  Presence,
  SlicedSyncedState,
  SyncedState,
  SyncedStore,
  SYSTEM_EVENTS,
  TimeoutError,
  type Frozen,
  type PeerInfo,
} from 'parley-sync';
import { inspect, type ParleyInspector } from 'parley-sync/inspector';
import { electronLink, extensionLink, nativeLink, type ExtensionPort, type NativeWebView } from 'parley-sync/links';
import { init, Parley as SlimParley } from 'parley-sync/slim';

interface AppState {
  theme: 'light' | 'dark';
  user: { name: string } | null;
  notifications: string[];
  draft?: string;
}

export async function messaging(iframe: HTMLIFrameElement): Promise<string> {
  const parley = Parley.create({ allowedOrigins: [window.location.origin], channel: 'app' });
  const child: PeerInfo = await parley.connect(iframe, 'child', { timeout: 1000 });
  const stop: () => void = parley.on<{ x: number }, number>('double', ({ x }, respond, { origin, signal }) => {
    if (signal.aborted || origin === '') respond(0);
    return x * 2;
  });
  parley.onSystem(SYSTEM_EVENTS.CONNECTED, (peer) => peer.latency?.toFixed());
  parley.onSystem('system:disconnected', ({ id, reason }) => `${id} ${reason satisfies string}`);
  const answer: number = await parley.send<{ x: number }, number>('double', { x: 2 }, { targetId: child.id });
  await parley.connect(window.parent, 'host', { grants: { messages: ['ui:*'], relayed: new Set(['ui:*']) } });
  await parley.connect(iframe, 'view', { opaque: true, grants: {}, relay: ['host'] });
  parley.on('ui:tool', (payload, respond, { relayedFrom, senderId }) => {
    const source: PeerInfo | undefined = relayedFrom;
    if (source) void parley.send('ui:answer', payload, { targetId: senderId, relayTo: source.id });
  });
  // @ts-expect-error: a list of ids
  void parley.connect(iframe, 'view', { relay: 'host' });
  // @ts-expect-error: a broadcast takes no route
  void parley.broadcast('x', 1, { relayTo: 'host' });
  stop();
  try {
    await parley.send('other');
  } catch (error) {
    if (error instanceof TimeoutError) return error.code;
    if (error instanceof ParleyError) return `${error.code} ${String(error.details?.['path'])}`;
  }

  // @ts-expect-error there is no such event
  parley.onSystem('system:nothing', () => {});
  // @ts-expect-error origins are a list
  Parley.create({ allowedOrigins: '*' });
  // @ts-expect-error a Parley is made by create()
  parley.instanceId = 'other';
  return String(answer);
}

export async function state(parley: Parley): Promise<void> {
  const app = new SyncedState<AppState>(parley, { theme: 'light', user: null, notifications: [] });
  app.subscribe((now, before, change) => {
    const keys: (keyof AppState)[] = change.keys;
    return now.theme !== before.theme ? keys : [];
  });
  app.subscribeKey('theme', (theme, before) => theme === 'dark' && before === 'light');
  await app.setState({ theme: 'dark' });
  await app.setState((now) => ({ notifications: [...now.notifications, 'new'] }));
  await app.delete('draft');
  const theme: 'light' | 'dark' = app.get('theme');

  // @ts-expect-error no such value
  await app.setState({ theme: 'blue' });
  // @ts-expect-error no such key
  app.get('colour');
  // @ts-expect-error a snapshot is frozen
  app.getState().theme = theme;

  // Anything with these two methods will do.
  new SyncedState({ on: () => {}, broadcast: () => {} }, { count: 0 });
}

export async function slim(): Promise<SlimParley> {
  await init();
  await init(new URL('https://cdn.example/parley_sync_bg.wasm'));
  await init(fetch('/parley_sync_bg.wasm'));
  await init(new Uint8Array());
  const part = new WebAssembly.Module(new Uint8Array());
  await init(part, { states: part, stores: part });
  return SlimParley.create();
}

/** What `using` needs, for a compiler that does not know it yet. */
export async function disposal(
  parley: Parley,
  state: SyncedState<AppState>,
  presence: Presence,
  leader: Leader,
): Promise<void> {
  const all: { [Symbol.dispose](): void; [Symbol.asyncDispose](): Promise<void> }[] = [
    parley,
    state,
    presence,
    leader,
    new SlicedSyncedState(parley),
    new SyncedStore(parley, (count: number) => count, 0),
  ];
  for (const one of all) one[Symbol.dispose]();
  await state[Symbol.asyncDispose]();
  // @ts-expect-error nothing is handed over
  parley[Symbol.dispose](1);
}

/** Lists are any iterable; a string by itself is none. */
export async function lists(buffer: ArrayBuffer, signal: AbortSignal): Promise<void> {
  const parley = Parley.create({ allowedOrigins: new Set(['https://a.example']) });
  const state = new SyncedState(parley, { count: 0 }, { syncedKeys: new Set(['count'] as const) });
  await parley.send('frame', buffer, { transfer: new Set([buffer]) });
  await state.setState({ count: 1 }, { ack: 'all', signal });
  // @ts-expect-error a string is no list
  Parley.create({ allowedOrigins: 'https://a.example' });
  // @ts-expect-error no such key
  new SyncedState(parley, { count: 0 }, { syncedKeys: new Set(['other'] as const) });
  // @ts-expect-error no signal
  await state.setState({ count: 1 }, { signal: true });
}

/** A snapshot's type can be had in full. */
export function frozen(
  app: SyncedState<AppState>,
  other: SyncedState<{ map: Map<string, { n: number[] }>; when: Date }>,
): void {
  const now: Frozen<AppState> = app.getState();
  // @ts-expect-error the list is frozen
  now.notifications.push('x');
  // @ts-expect-error so is an object in it
  if (now.user) now.user.name = 'x';
  now.notifications satisfies readonly string[];
  now.draft satisfies string | undefined;
  const deep: Frozen<{ map: Map<string, { n: number[] }>; when: Date }> = other.getState();
  deep.when.getTime();
  // @ts-expect-error maps are read only
  deep.map.set('x', { n: [] });
  // @ts-expect-error and what they hold
  deep.map.get('x')?.n.push(1);
}

export function inspecting(parley: Parley): string | undefined {
  const inspection = inspect(parley, { name: 'Editor' });
  inspection.link('widget', { mode: 'delayed', delay: 100 });
  // @ts-expect-error a mode that there is not
  inspection.link('widget', { mode: 'slow' });
  // @ts-expect-error an option that there is not
  inspect(parley, { title: 'Editor' });
  const element: ParleyInspector = document.createElement('parley-inspector');
  element.hidden = true;
  const writer: number | undefined = inspection.report()?.states[0]?.entries[0]?.writer;
  return writer === undefined ? undefined : inspection.report()?.links[0]?.wire;
}

export async function linking(
  parley: Parley,
  extension: ExtensionPort,
  view: { current: NativeWebView | null },
): Promise<void> {
  await parley.connect(extensionLink(extension), 'background');
  const link = nativeLink(view);
  link.onMessage({ nativeEvent: { data: 'text' } });
  await parley.connect(link, 'page');
  // @ts-expect-error a MessagePort is for connect() itself
  electronLink(new MessageChannel().port1);
}
