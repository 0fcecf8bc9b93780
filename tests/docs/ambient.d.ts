// What the examples of README and docs import besides the package, as far as they use it.
declare module 'vitest' {
  export function test(name: string, run: () => void | Promise<void>): void;
  export const expect: (value: unknown) => { toEqual(other: unknown): void; toBe(other: unknown): void };
}
/** As Vite has it. */
interface ImportMeta {
  readonly url: string;
  readonly hot?: { dispose(run: () => void): void };
}
