// Copy buttons: each names the element whose text it copies. They stay hidden where there is no clipboard.

const SHOWN_MS = 2000;

for (const button of document.querySelectorAll('[data-copy]')) {
  button.hidden = !navigator.clipboard;
  const { textContent: text } = button;
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = 'Copied';
    } catch {
      button.textContent = 'Copy failed';
    }
    announce(button.textContent);
    setTimeout(() => {
      button.textContent = text;
    }, SHOWN_MS);
  });
}

/** A button's label keeps its name, so what happened is said apart. */
function announce(text) {
  const status = document.querySelector('#copied') ?? document.createElement('p');
  if (!status.isConnected) {
    Object.assign(status, { id: 'copied', className: 'visually-hidden', role: 'status' });
    document.body.append(status);
  }
  status.textContent = text;
}
