// The two origins of this demo, told by the server that serves both.

export async function loadOrigins() {
  const response = await fetch('/origins.json');
  if (!response.ok) throw new Error(`/origins.json answered ${response.status}`);
  const { first, second } = await response.json();
  return {
    all: [first, second],
    other: location.origin === first ? second : first,
    known: [first, second].includes(location.origin),
    first,
  };
}
