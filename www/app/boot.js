// Loads the module named by <html data-entry>, and says in words what is wrong when it cannot.

async function boot() {
  const { entry } = document.documentElement.dataset;
  try {
    const module = await import(`./${entry}.js`);
    await module.start();
  } catch (error) {
    console.error(error);
    const notice = document.getElementById('notice');
    notice.textContent = `The demo could not start: ${error.message} Is the package built (cargo xtask build)?`;
    notice.hidden = false;
  }
}

boot();
