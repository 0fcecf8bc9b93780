// Tells the page how high this window's content is: a page cannot measure a frame of another origin.
const page = new URLSearchParams(location.search).get('page');
if (page && parent !== self) {
  const tell = () =>
    parent.postMessage({ height: document.body.offsetHeight }, page);
  new ResizeObserver(tell).observe(document.body);
}
