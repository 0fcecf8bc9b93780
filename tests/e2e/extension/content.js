// The content script shares no JavaScript with its page: what it has is put into the document, and what it is to write comes from there.
import { join } from './join.js';

const { state } = join('content');
const root = document.documentElement;
state.subscribe((now) => void (root.dataset.shared = JSON.stringify(now)));
document.addEventListener('to-content', ({ detail }) => state.setState(JSON.parse(detail)));
// In Firefox it is another object than the window of the page.
root.dataset.global = String(globalThis === window);
root.dataset.shared = '{}';
