// Runs right behind a navigation: in a window narrower than `data-fold` it starts folded, before it is painted.
{
  const details = document.currentScript.parentElement.querySelector('[data-fold]');
  const wide = matchMedia(`(min-width: ${details.dataset.fold})`);
  const fold = () => {
    details.open = wide.matches;
  };
  wide.addEventListener('change', fold);
  fold();
}
