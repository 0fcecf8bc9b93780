// Exactly one window of the mesh leads, whatever happens to it; then another follows.
import { inBackground } from '../browsers/background.mjs';
import { scenario } from '../lib/scenario.mjs';
import { rendererOf } from '../lib/process.mjs';

/** How far the clocks of two windows may be apart, ms: Firefox shows them in steps of one, moved at random. */
const CLOCK = 2;

/** A page that asks to lead, and notes when it did: `terms` are [from, to] by the clock all windows of a machine share. */
function candidate({ channel = 'home', locks = true }) {
  if (!locks) Object.defineProperty(navigator, 'locks', { value: undefined });
  window.parley = Parley.create({ channel });
  window.events = record(parley);
  window.terms = [];
  window.told = [];
  window.moment = () => performance.timeOrigin + performance.now();
  window.leader = new Leader(parley);
  window.note = (leads) => {
    if (leads) terms.push([moment()]);
    else if (terms.length > 0) terms.at(-1)[1] ??= moment();
  };
  leader.subscribe((leads) => {
    told.push(leads === leader.isLeader ? leads : 'not so');
    note(leads);
  });
}

const ways = [
  ['with locks', {}],
  ['without locks', { locks: false }],
];

const leads = (view) => view.eval(() => leader.isLeader);

async function open(t, count, args) {
  const tabs = [];
  for (let n = 0; n < count; n++) tabs.push(await t.open(t.a, candidate, args));
  return tabs;
}

/** Those that lead, once somebody does. */
async function leading(t, tabs) {
  return t.until(async () => {
    const flags = await Promise.all(tabs.map(leads));
    const found = tabs.filter((tab, at) => flags[at]);
    return found.length > 0 && found;
  }, 'somebody leads');
}

async function theOne(t, tabs) {
  const found = await leading(t, tabs);
  t.assert.equal(found.length, 1, 'exactly one leads');
  return found[0];
}

/** `leave` takes the leader away; one of the others follows, and no two terms overlap. */
async function succeeds(t, tabs, leave, { term } = {}) {
  const first = await theOne(t, tabs);
  const others = tabs.filter((tab) => tab !== first);
  const before = await first.eval(() => terms);
  const since = Date.now();
  await leave(first);
  const next = await theOne(t, others);
  const [from] = (await next.eval(() => terms)).at(-1);
  t.assert.ok(from > before.at(-1)[0], 'one after the other');
  if (term) t.assert.ok(from >= (await term(first)) - CLOCK, 'never two');
  return { first, next, others, from, took: from - since };
}

for (const [how, args] of ways) {
  scenario(`one of three tabs leads, ${how}`, async (t) => {
    const tabs = await open(t, 3, args);
    t.assert.equal((await theOne(t, tabs)).name, tabs[0].name);
    t.assert.deepEqual(await tabs[0].eval(() => told), [true]);
    for (const tab of tabs.slice(1)) t.assert.deepEqual(await tab.eval(() => told), []);
  });

  scenario(`eight tabs that open at once, ${how}`, async (t) => {
    const tabs = await Promise.all(Array.from({ length: 8 }, () => t.open(t.a, candidate, args)));
    await theOne(t, tabs);
    await tabs[0].eval(() => pause(500));
    await theOne(t, tabs);
    const terms = (await Promise.all(tabs.map((tab) => tab.eval(() => terms)))).flat();
    if (how === 'with locks') t.assert.equal(terms.length, 1, 'nobody else ever led');
  });

  scenario(`the leader is closed, ${how}`, async (t) => {
    const tabs = await open(t, 3, args);
    const { took } = await succeeds(t, tabs, (tab) => tab.tab.close());
    t.note(`after ${Math.round(took)} ms`);
  });

  scenario(
    `the leader crashes, ${how}`,
    async (t) => {
      const tabs = await open(t, 3, args);
      const { took } = await succeeds(t, tabs, (tab) => tab.tab.crash());
      t.note(`after ${Math.round(took)} ms`);
    },
    { needs: ['crash'] },
  );

  scenario(`the leader reloads: another leads, and it follows, ${how}`, async (t) => {
    const tabs = await open(t, 2, args);
    const { first, next } = await succeeds(t, tabs, (tab) => tab.tab.reload());
    await first.loaded();
    await first.until(() => parley.peers.length === 1);
    await first.eval(() => pause(300));
    t.assert.equal((await theOne(t, tabs)).name, next.name);
  });

  scenario(`the leader navigates away, and comes back from the cache, ${how}`, async (t) => {
    const tabs = await open(t, 2, args);
    const { first, next } = await succeeds(t, tabs, (tab) =>
      tab.tab.goto(t.url(t.b, () => {}, {}, { page: 'plain.html' })),
    );
    await first.tab.back();
    await first.until(() => window.loaded && parley.peers.filter(({ state }) => state === 'connected').length === 1);
    await first.eval(() => pause(300));
    t.assert.equal((await theOne(t, tabs)).name, next.name);
    await next.tab.close();
    await first.until(() => leader.isLeader);
  });

  scenario(`the leader steps down, ${how}`, async (t) => {
    const tabs = await open(t, 3, args);
    const { first, next, others } = await succeeds(
      t,
      tabs,
      (tab) => tab.eval(() => void (leader.stepDown(), (window.after = leader.isLeader))),
      { term: (tab) => tab.eval(() => terms.at(-1)[1]) },
    );
    t.assert.equal(await first.eval(() => after), false);
    const third = others.find((tab) => tab !== next);
    await next.eval(() => leader.stepDown());
    t.assert.equal((await theOne(t, tabs)).name, third.name, 'those who have not led come first');
  });

  scenario(`alone: it leads, and leads again after it stepped down, ${how}`, async (t) => {
    const tab = await t.open(t.a, candidate, args);
    await tab.until(() => leader.isLeader);
    await tab.eval(() => leader.stepDown());
    await tab.until(() => leader.isLeader);
    t.assert.deepEqual(await tab.eval(() => told), [true, false, true]);
  });

  scenario(`destroyed and made anew in one turn, ${how}`, async (t) => {
    const tabs = await open(t, 2, args);
    const first = await theOne(t, tabs);
    await first.eval(() => {
      for (let round = 0; round < 3; round++) {
        leader.destroy();
        window.leader = new Leader(parley);
      }
      parley.destroy();
      window.parley = Parley.create({ channel: 'home' });
      window.leader = new Leader(parley);
    });
    await theOne(t, tabs);
    await first.eval(() => pause(400));
    const next = await theOne(t, tabs);
    await next.eval(() => parley.destroy());
    t.assert.equal(await next.eval(() => leader.isLeader), false);
    await theOne(
      t,
      tabs.filter((tab) => tab !== next),
    );
  });

  scenario(
    `the leader hangs: another leads, and the one that hung does not think it still does, ${how}`,
    async (t) => {
      const tabs = await open(t, 3, args);
      await tabs[0].until(() => parley.peers.length === 2);
      const { first, next, from } = await succeeds(t, tabs, (tab) =>
        tab.eval(() => {
          // Whatever runs first after the pause sees it.
          setTimeout(() => {
            for (const end = performance.now() + 4500; performance.now() < end;);
            window.woke = moment();
            window.atOnce = leader.isLeader;
          });
          setTimeout(() => (window.first = leader.isLeader));
        }),
      );
      await first.until(() => window.first !== undefined);
      t.assert.ok(from < (await first.eval(() => woke)), 'the other leads before the one that hangs wakes');
      t.assert.deepEqual(await first.eval(() => [atOnce, window.first, leader.isLeader]), [false, false, false]);
      t.assert.equal((await theOne(t, tabs)).name, next.name);
      await first.until(() => told.at(-1) === false);
      await next.tab.close();
      await theOne(
        t,
        tabs.filter((tab) => tab !== next),
      );
    },
    { timeout: 30_000 },
  );

  scenario(`a pause that is too short to be replaced changes nothing, ${how}`, async (t) => {
    const tabs = await open(t, 2, args);
    const first = await theOne(t, tabs);
    for (let round = 0; round < 3; round++) {
      await first.eval(() => {
        for (const end = performance.now() + 1200; performance.now() < end;);
      });
      await first.eval(() => pause(600));
    }
    await first.until(() => leader.isLeader);
    t.assert.deepEqual(await tabs[1].eval(() => terms), []);
    // Without locks a leader that may have been replaced asks first, and may say so: a page in the background pauses for longer.
    if (how === 'with locks') t.assert.deepEqual(await first.eval(() => told), [true]);
  });

  scenario(
    `the leader is frozen in the background, and wakes again, ${how}`,
    (t) =>
      inBackground(async (open) => {
        const url = t.url(t.a, candidate, args);
        const first = await open(url);
        await first.until(() => leader.isLeader);
        const next = await open(url);
        await next.until(() => parley.peers.length === 1);
        t.assert.deepEqual(await first.eval(() => [document.visibilityState, leader.isLeader]), ['hidden', true]);
        const since = Date.now();
        await first.freeze();
        await next.until(() => leader.isLeader);
        const [from] = (await next.eval(() => terms)).at(-1);
        t.note(`after ${Math.round(from - since)} ms`);
        await next.eval(() => pause(1000));
        await first.thaw();
        t.assert.deepEqual(await first.eval(() => [leader.isLeader, told.at(-1)]), [false, false]);
        await next.eval(() => pause(500));
        t.assert.deepEqual(await next.eval(() => [leader.isLeader, told]), [true, [true]]);
        await next.eval(() => parley.destroy());
        await first.until(() => leader.isLeader);
      }),
    { needs: ['freeze'], timeout: 40_000 },
  );

  scenario(
    `the leader's process is stopped, ${how}`,
    async (t) => {
      const tabs = await open(t, 2, args);
      const first = await theOne(t, tabs);
      const pid = await rendererOf(first);
      const { next } = await succeeds(t, tabs, () => process.kill(pid, 'SIGSTOP'));
      await next.eval(() => pause(1000));
      process.kill(pid, 'SIGCONT');
      await first.until(() => !leader.isLeader && told.at(-1) === false);
      t.assert.equal((await theOne(t, tabs)).name, next.name);
    },
    { needs: ['freeze'], timeout: 30_000 },
  );
}

scenario('followers that hang do not take over when they wake', async (t) => {
  const tabs = await open(t, 3, {});
  const first = await theOne(t, tabs);
  for (let round = 0; round < 2; round++) {
    await Promise.all(
      tabs.slice(1).map((tab) =>
        tab.eval(() => {
          for (const end = performance.now() + 2500; performance.now() < end;);
        }),
      ),
    );
    await first.eval(() => pause(300));
    t.assert.equal((await theOne(t, tabs)).name, first.name);
  }
  t.assert.deepEqual(await first.eval(() => told), [true]);
});

scenario('two channels, and two names, have leaders of their own', async (t) => {
  const [one, two] = [await t.open(t.a, candidate, {}), await t.open(t.a, candidate, { channel: 'other' })];
  await Promise.all([one, two].map((tab) => tab.until(() => leader.isLeader)));
  const third = await t.open(t.a, candidate, {});
  t.assert.equal(await third.eval(() => leader.isLeader), false);
  await third.eval(() => void (window.mail = new Leader(parley, { name: 'mail' })));
  await third.until(() => mail.isLeader);
  t.assert.equal(
    (await third.eval(() => settle(Promise.resolve().then(() => new Leader(parley))))).code,
    'ERR_DUPLICATE_NAME',
  );
});

scenario('a frame of the mesh leads in its turn', async (t) => {
  const src = t.url(t.a, candidate, {});
  const page = await t.open(t.a, candidate, {});
  await page.until(() => leader.isLeader);
  await page.eval((src) => void addFrame('child', src), src);
  const child = await page.frame('child').loaded();
  await page.eval(() => leader.destroy());
  await child.until(() => leader.isLeader);
  await page.eval(() => {
    window.leader = new Leader(parley);
    document.getElementById('child').remove();
  });
  await page.until(() => leader.isLeader);
});

scenario('across origins, over ports: the page and its frames have one leader', async (t) => {
  const child = `(args) => {
    window.parley = Parley.create({ allowedOrigins: args.allowed });
    window.leader = new Leader(parley);
  }`;
  const src = t.url(t.b, child, { allowed: [t.a] });
  const page = await t.open(
    t.a,
    ({ allowed, src }) => {
      window.parley = Parley.create({ allowedOrigins: allowed });
      window.leader = new Leader(parley);
      window.connections = Promise.all(['one', 'two'].map((id) => parley.connect(addFrame(id, src), id)));
    },
    { allowed: [t.b], src },
  );
  const all = [page, await page.frame('one').loaded(), await page.frame('two').loaded()];
  await page.eval(async () => void (await connections));
  await page.eval(() => pause(500));
  const first = await theOne(t, all);
  t.assert.equal(first.name, page.name);
  await page.eval(() => leader.stepDown());
  const next = await theOne(t, all.slice(1));
  await page.eval((id) => document.getElementById(id).remove(), next === all[1] ? 'one' : 'two');
  await theOne(
    t,
    all.filter((view) => view !== next),
  );
});

for (const [how, args] of ways) {
  scenario(`a Leader that was replaced in its page without being destroyed does not lead, ${how}`, async (t) => {
    const [page, other] = await open(t, 2, args);
    const first = await theOne(t, [page, other]);
    const second = first === page ? other : page;
    await first.eval(() => {
      window.old = leader;
      window.again = Parley.create({ channel: 'home' });
      window.leader = new Leader(again);
    });
    t.assert.equal(await first.eval(() => old.isLeader), false);
    await leading(t, [first, second]);
    await second.eval(() => leader.destroy());
    await first.until(() => leader.isLeader);
    t.assert.equal(await first.eval(() => old.isLeader), false, 'the one before');
    await first.eval(() => {
      again.destroy();
      window.leader = old;
    });
    await first.until(() => old.isLeader);
  });
}

scenario(
  'a Leader that was replaced in its frame without being destroyed does not lead, without a channel',
  async (t) => {
    const child = `(args) => {
    window.make = () => {
      window.parley = Parley.create({ allowedOrigins: args.allowed });
      window.leader = new Leader(parley);
    };
    make();
  }`;
    const src = t.url(t.b, child, { allowed: [t.a] });
    const cast = ({ allowed, src }) => {
      window.parley = Parley.create({ allowedOrigins: allowed });
      window.connected = parley.connect(addFrame('child', src), 'child');
    };
    const page = await t.open(t.a, cast, { allowed: [t.b], src });
    const frame = await page.frame('child').loaded();
    await page.eval(async () => void (await connected));
    await frame.until(() => leader.isLeader);
    await page.eval(() => void (window.leader = new Leader(parley)));
    await frame.eval(() => {
      window.old = leader;
      make();
    });
    await frame.until(() => !old.isLeader);
    // It was the oldest, and would be elected again.
    for (let round = 0; round < 3; round++) {
      const first = await theOne(t, [page, frame]);
      await first.eval(() => leader.stepDown());
      t.assert.equal(await frame.eval(() => old.isLeader), false);
    }
    await frame.eval(() => {
      parley.destroy();
      window.leader = old;
    });
    const first = await theOne(t, [page, frame]);
    if (first === page) await page.eval(() => leader.stepDown());
    await frame.until(() => old.isLeader);
  },
);
