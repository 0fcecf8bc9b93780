//! One document: what it is made of, and its beginning.

use std::cell::RefCell;
use std::collections::BTreeMap;

use parley_sync::core::connection::connections::Connections;
use parley_sync::core::connection::effect::Membership;
use parley_sync::core::connection::pauses;
use parley_sync::core::connection::policy::Policy;
use parley_sync::core::id::PeerRef;
use parley_sync::core::limits::Counts;
use parley_sync::core::origin::Allowlist;

use super::handles::{Test, Win};
use super::random::Random;
use super::traffic::{Event, Frame, Posted, Timer};
use super::world::World;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Awake,
    Frozen,
    Cached,
    Dead,
}

pub struct Document {
    pub window: usize,
    pub origin: String,
    pub uid: String,
    pub mark: f64,
    /// When its window began to show it, last.
    pub since: f64,
    pub life: Life,
    /// It has no Parley, and tells lies.
    pub is_hostile: bool,
    pub channel: Option<usize>,
    pub is_on_channel: bool,
    /// Members that are waited for, whose locks are watched.
    pub awaited: Vec<String>,
    /// Members that are peers, whose locks are watched.
    pub watched: Vec<Membership>,
    /// Members that disconnect() let go of.
    pub blocked: Vec<String>,
    pub policy: Policy,
    pub connections: Connections<Test>,
    /// What became of each connect().
    pub calls: Vec<Option<bool>>,
    pub held: Vec<Event>,
    /// What a hostile one has heard.
    pub heard: Vec<(usize, Posted)>,
    pub ports: Vec<usize>,
    /// Whom disconnect() shut out since connect() asked for it last.
    pub parted: Vec<usize>,
    /// When connect() last let a window in again that was shut out.
    pub readmitted: BTreeMap<usize, f64>,
    /// Peers that states have exchanged with.
    pub exchanged: Vec<PeerRef>,
    /// How often states were told that they await no other peer.
    pub settled: u32,
}

/// What a document is made of.
#[derive(Clone, Debug)]
pub struct Loading {
    pub window: usize,
    pub origin: String,
    pub allowed: Vec<String>,
    pub channel: Option<usize>,
    pub is_hostile: bool,
    pub is_prerendered: bool,
}

impl World {
    /// A window shows a new document, which greets its parent and opener.
    pub fn load(&mut self, loading: Loading) -> usize {
        let doc = self.docs.len();
        self.trace(|| format!("document {doc}: {loading:?}"));
        let fresh = RefCell::new(Random::new(self.random.next()));
        let fresh = move || format!("{:016x}", fresh.borrow_mut().next());
        let uid = fresh();
        let own = Some(loading.origin.as_str());
        let allowed = loading.allowed.iter().map(String::as_str);
        let policy = Policy {
            allowed: Allowlist::parse(allowed, own).expect("the test's origins are origins"),
            own_origin: Some(loading.origin.clone()),
            grants: Default::default(),
            limits: None,
            most_peers: Counts::DEFAULT.peers,
        };
        self.docs.push(Document {
            window: loading.window,
            origin: loading.origin,
            uid: uid.clone(),
            mark: self.now + self.random.below(1000) as f64 / 1000.0,
            since: self.now,
            life: Life::Awake,
            is_hostile: loading.is_hostile,
            channel: loading.channel,
            is_on_channel: false,
            awaited: Vec::new(),
            watched: Vec::new(),
            blocked: Vec::new(),
            policy,
            connections: Connections::new(uid, Box::new(fresh), self.now),
            calls: Vec::new(),
            held: Vec::new(),
            heard: Vec::new(),
            ports: Vec::new(),
            parted: Vec::new(),
            readmitted: BTreeMap::new(),
            exchanged: Vec::new(),
            settled: 0,
        });
        self.windows[loading.window].shows = Some(doc);
        if !loading.is_hostile {
            let relatives = self.relatives(doc);
            self.decide(doc, |connections, _| {
                connections.start(relatives, loading.is_prerendered)
            });
            self.set_timer(doc, 1000.0, Timer::Beat);
        }
        if let Some(parent) = self.windows[loading.window].parent
            && let Some(owner) = self.shown(parent)
        {
            self.frame_loads(owner, loading.window);
        }
        doc
    }

    /// The windows that may be waiting for it.
    pub fn relatives(&self, doc: usize) -> Vec<Win> {
        let slot = &self.windows[self.docs[doc].window];
        let relatives = [slot.parent, slot.opener].into_iter().flatten();
        relatives.map(|id| self.win(id)).collect()
    }

    /// Opens the channel; its lock is granted a moment later.
    pub fn join_channel(&mut self, doc: usize) {
        if self.docs[doc].channel.is_some() {
            self.docs[doc].is_on_channel = true;
            self.set_timer(doc, 1.0, Timer::Locked);
        }
    }

    /// Releases the lock: the others notice that.
    pub fn leave_channel(&mut self, doc: usize) {
        self.docs[doc].is_on_channel = false;
        let uid = self.docs[doc].uid.clone();
        for other in 0..self.docs.len() {
            let watched = std::mem::take(&mut self.docs[other].watched);
            let (gone, rest): (Vec<_>, Vec<_>) = watched.into_iter().partition(|member| member.uid == uid);
            self.docs[other].watched = rest;
            for member in gone {
                self.set_timer(other, pauses::GOODBYE_COMES, Timer::MemberGone(member));
            }
            if self.docs[other].awaited.contains(&uid) {
                let uid = uid.clone();
                self.set_timer(other, 1.0, Timer::Released { uid });
            }
        }
    }

    /// Whether somebody holds the lock of this member.
    pub fn is_member(&self, uid: &str) -> bool {
        let mut docs = self.docs.iter();
        docs.any(|other| other.uid == uid && other.is_on_channel)
    }

    pub fn join(&self, doc: usize, has_received: bool, proof: Option<String>, any_origin: bool) -> Frame {
        let uid = self.docs[doc].uid.clone();
        // Some call themselves as connect() calls their window.
        let what = if doc.is_multiple_of(2) { "window" } else { "id" };
        let claimed = format!("{what} {}", self.docs[doc].window);
        Frame::Join {
            uid,
            claimed,
            has_received,
            proof,
            any_origin,
        }
    }
}
