// IndexedDB as far as a state needs it: one object store of one database, a value for each key. The connection is let go of
// when somebody deletes the database, and made again when it is needed.
const [DATABASE, STORE] = ['parley-sync', 'states'];

const resultOf = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

let opened;

const open = () => {
  if (opened) return opened;
  const request = globalThis.indexedDB.open(DATABASE);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  const forget = () => {
    if (opened === opening) opened = undefined;
  };
  const opening = resultOf(request).then(
    (database) => {
      database.onclose = forget;
      database.onversionchange = () => {
        database.close();
        forget();
      };
      return database;
    },
    (error) => {
      forget();
      throw error;
    },
  );
  opened = opening;
  return opening;
};

/** A transaction; once more where the connection was closed in the meantime. */
const begin = async (mode) => {
  try {
    return (await open()).transaction(STORE, mode);
  } catch (error) {
    if (error?.name !== 'InvalidStateError') throw error;
    opened = undefined;
    return (await open()).transaction(STORE, mode);
  }
};

/** Puts what `change` makes of the value under the key; nothing if that is undefined. One transaction. */
export async function update(key, change) {
  const transaction = await begin('readwrite');
  const store = transaction.objectStore(STORE);
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  const reading = store.get(key);
  const changed = new Promise((resolve, reject) => {
    reading.onerror = () => reject(reading.error);
    reading.onsuccess = () => {
      try {
        const value = change(reading.result);
        if (value !== undefined) store.put(value, key);
        resolve();
      } catch (error) {
        reject(error);
        transaction.abort();
      }
    };
  });
  await Promise.all([changed, done]);
}

/** Whether there is nothing under the key. */
export async function hasNothing(key) {
  const transaction = await begin('readonly');
  return (await resultOf(transaction.objectStore(STORE).count(key))) === 0;
}
