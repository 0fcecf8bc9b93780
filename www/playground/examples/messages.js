import { parley } from '../window.js';

const say = (id, text) => (document.querySelector(id).textContent = text);

// What the handler returns is the answer. `origin` is what the browser reports, not
// what the sender claims.
parley.on('multiply', ({ a, b }, _respond, { origin }) => {
  say('#asked', `${new URL(origin).host} asked for ${a} × ${b}.`);
  if (!Number.isFinite(a) || !Number.isFinite(b))
    throw new TypeError('two numbers, please');
  return a * b;
});

document.querySelector('#ask').addEventListener('submit', async (event) => {
  event.preventDefault();
  const [a, b] = ['#a', '#b'].map((id) => document.querySelector(id).valueAsNumber);
  try {
    const start = performance.now();
    const result = await parley.send('multiply', { a, b });
    const time = (performance.now() - start).toFixed(1);
    say('#answer', `The answer is ${result}, after ${time} ms.`);
  } catch (error) {
    say('#answer', `${error.code}: ${error.message}`);
  }
});
