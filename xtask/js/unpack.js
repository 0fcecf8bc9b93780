// The wasm of the package stands packed in its JavaScript; a small wasm, made of the same source as what packs it, unpacks it.

let compiled;

/** The bytes of a wasm of that length, from its text. */
export function unpack(text, length) {
  compiled ??= new WebAssembly.Module(Uint8Array.from('UNPACKER'.match(/../g), (byte) => parseInt(byte, 16)));
  // Its memory goes with the instance.
  const { memory, reserve, expand } = new WebAssembly.Instance(compiled).exports;
  const room = reserve(text.length + length);
  new TextEncoder().encodeInto(text, new Uint8Array(memory.buffer, room, text.length));
  expand(room, text.length, length);
  return new Uint8Array(memory.buffer, room + text.length, length);
}
