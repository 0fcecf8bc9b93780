// What the examples of README and docs import besides the package, as far as they use it.
declare module 'vitest' {
  export function test(name: string, run: () => void | Promise<void>): void;
  export const expect: (value: unknown) => { toEqual(other: unknown): void; toBe(other: unknown): void };
}
declare module 'react' {
  export function useSyncExternalStore<T>(
    subscribe: (changed: () => void) => () => void,
    getSnapshot: () => T,
    getServerSnapshot?: () => T,
  ): T;
  export function useCallback<F extends (...args: any[]) => unknown>(run: F, uses: readonly unknown[]): F;
}
declare module 'vue' {
  export function shallowRef<T>(value: T): { value: T };
  export function onScopeDispose(run: () => void): void;
}
/** As Vite has it. */
interface ImportMeta {
  readonly url: string;
  readonly hot?: { dispose(run: () => void): void };
}
