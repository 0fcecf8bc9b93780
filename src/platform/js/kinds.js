// What kind of object a value is, whatever realm made it: a frame, a test runner's sandbox, another page. `instanceof` would
// ask for the constructor of this realm only.

const nameOfView = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag).get;
const sizeOf = ({ prototype }, property) => Object.getOwnPropertyDescriptor(prototype, property).get;

/** Whether the value has what these functions of the language ask for, which no property can pretend. */
const answers = (ask) => (value) => {
  try {
    ask.call(value);
    return true;
  } catch {
    return false;
  }
};

export const isMap = answers(sizeOf(Map, 'size'));
export const isSet = answers(sizeOf(Set, 'size'));
export const isDate = answers(Date.prototype.getTime);
export const isBuffer = answers(sizeOf(ArrayBuffer, 'byteLength'));

/** 'Uint8Array' and the like, 'DataView', or undefined for what is no view of a buffer. */
export const viewKind = (value) => nameOfView.call(value) ?? (ArrayBuffer.isView(value) ? 'DataView' : undefined);

const tagOf = (value) => Object.prototype.toString.call(value);
export const isRegExp = (value) => tagOf(value) === '[object RegExp]';
export const isError = (value) => /^\[object (Error|DOMException)\]$/.test(tagOf(value));

/** An object that is a record of its properties and nothing else. */
export const isPlain = (value) => {
  const proto = Object.getPrototypeOf(value);
  return proto === null || proto === Object.prototype || Object.getPrototypeOf(proto) === null;
};

/** Numbers in a Float64Array, as frames carry them. */
export function isFloats(value) {
  return nameOfView.call(value) === 'Float64Array';
}

/** Whether a string is the same after its way into wasm and back. */
export const wellFormed = (text) =>
  typeof text.isWellFormed === 'function' ? text.isWellFormed() : !/[\uD800-\uDFFF]/u.test(text);
