//! What a peer may see and do: which keys of which states it reads and writes, which messages it sends and passes on.

use crate::core::lists::Gather;

mod origins;

pub use origins::{BadEntry, OriginGrants};

/// One peer's grants. For each of the first three, no list means all, and an empty list means nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// Keys it may read: they alone reach it.
    pub read: Option<Vec<KeyPattern>>,
    /// Keys it may write.
    pub write: Option<Vec<KeyPattern>>,
    /// Types of message it may send.
    pub messages: Option<Vec<TypePattern>>,
    /// Types of message that it may pass on from its own peers. Unlike the others, no list means none.
    pub relayed: Vec<TypePattern>,
}

/// `name.key`, or `name.*`: every key of that state. The name ends at the first dot, so a state with a dot in its
/// name cannot be granted by itself, and a key may have dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPattern {
    name: String,
    key: Option<String>,
}

/// A message type, or `prefix:*`: every type that goes on after that colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypePattern {
    /// This type and no other.
    Exact(String),
    /// Whatever starts with this (its colon included) and is longer.
    Prefix(String),
}

/// Which of the lists an entry stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantList {
    /// `read`
    Read,
    /// `write`
    Write,
    /// `messages`
    Messages,
    /// `relayed`
    Relayed,
}

/// An entry that is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadGrant {
    /// Its list.
    pub list: GrantList,
    /// Its position there.
    pub index: usize,
}

impl BadGrant {
    /// What the entry should have been, for an error's message.
    pub fn text(self) -> &'static str {
        match self.list {
            GrantList::Read => "grants.read lists 'name.key' or 'name.*'",
            GrantList::Write => "grants.write lists 'name.key' or 'name.*'",
            GrantList::Messages => "grants.messages lists message types or 'prefix:*'",
            GrantList::Relayed => "grants.relayed lists message types or 'prefix:*'",
        }
    }
}

impl Grants {
    /// Reads the three lists; the first entry that is no pattern is an error, so that a slip of the pen neither opens
    /// nor closes anything silently.
    pub fn parse(
        read: Option<&[String]>,
        write: Option<&[String]>,
        messages: Option<&[String]>,
    ) -> Result<Grants, BadGrant> {
        Ok(Grants {
            read: list(read, GrantList::Read, KeyPattern::parse)?,
            write: list(write, GrantList::Write, KeyPattern::parse)?,
            messages: list(messages, GrantList::Messages, TypePattern::parse)?,
            relayed: Vec::new(),
        })
    }

    /// The same, with types of message that the peer may pass on.
    pub fn with_relayed(mut self, relayed: Option<&[String]>) -> Result<Grants, BadGrant> {
        self.relayed = list(relayed, GrantList::Relayed, TypePattern::parse)?.unwrap_or_default();
        Ok(self)
    }

    /// The same, without what the peer may pass on.
    #[must_use]
    pub fn without_relayed(&self) -> Grants {
        Grants {
            relayed: Vec::new(),
            ..self.clone()
        }
    }

    /// Nothing at all.
    pub fn nothing() -> Grants {
        Grants {
            read: Some(Vec::new()),
            write: Some(Vec::new()),
            messages: Some(Vec::new()),
            relayed: Vec::new(),
        }
    }

    /// Whether the peer may read this key of this state.
    pub fn may_read(&self, name: &str, key: &str) -> bool {
        covers(&self.read, name, key)
    }

    /// Whether the peer may write this key of this state.
    pub fn may_write(&self, name: &str, key: &str) -> bool {
        covers(&self.write, name, key)
    }

    /// Whether the peer may read every key of this state: then nothing need be filtered for it.
    pub fn may_read_all(&self, name: &str) -> bool {
        covers_all(&self.read, name)
    }

    /// Whether the peer may write every key of this state.
    pub fn may_write_all(&self, name: &str) -> bool {
        covers_all(&self.write, name)
    }

    /// How many keys of this state the peer may write; None if all.
    pub fn writable(&self, name: &str) -> Option<usize> {
        let list = self.write.as_ref()?;
        let mut of_state = list.iter().filter(|pattern| pattern.name == name);
        let has_all = of_state.clone().any(|pattern| pattern.key.is_none());
        (!has_all).then(|| of_state.by_ref().count())
    }

    /// Whether the peer takes part in this state: reads and writes every key of it.
    pub fn may_share(&self, name: &str) -> bool {
        self.may_read_all(name) && self.may_write_all(name)
    }

    /// Whether the grants list what the peer may read or write: then it takes part in states through a gateway, and speaks for
    /// nobody but itself.
    pub fn restricts(&self) -> bool {
        self.read.is_some() || self.write.is_some()
    }

    /// Whether the peer may read or write any key of this state.
    pub fn touches(&self, name: &str) -> bool {
        covers_any(&self.read, name) || covers_any(&self.write, name)
    }

    /// The keys of this state that are granted by name.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let lists = self.read.iter().chain(&self.write).flatten();
        lists
            .filter(move |pattern| pattern.name == name)
            .filter_map(|pattern| pattern.key.as_deref())
    }

    /// What both of two grants allow.
    pub fn and(&self, other: &Grants) -> Grants {
        Grants {
            read: both(&self.read, &other.read, KeyPattern::and),
            write: both(&self.write, &other.write, KeyPattern::and),
            messages: both(&self.messages, &other.messages, TypePattern::and),
            relayed: pairs(&self.relayed, &other.relayed, TypePattern::and),
        }
    }

    /// Whether the peer may send messages of this type.
    pub fn may_send(&self, kind: &str) -> bool {
        self.messages.as_ref().is_none_or(|list| matches_any(list, kind))
    }

    /// Whether the peer may pass on messages of this type from its own peers.
    pub fn may_relay(&self, kind: &str) -> bool {
        matches_any(&self.relayed, kind)
    }
}

impl KeyPattern {
    fn parse(text: &str) -> Option<KeyPattern> {
        let (name, key) = text.split_once('.')?;
        if name.is_empty() || key.is_empty() || name.as_bytes().contains(&b'*') {
            return None;
        }
        let key = match key {
            "*" => None,
            key if key.as_bytes().contains(&b'*') => return None,
            key => Some(key.to_owned()),
        };
        Some(KeyPattern {
            name: name.to_owned(),
            key,
        })
    }

    fn and(&self, other: &KeyPattern) -> Option<KeyPattern> {
        if self.name != other.name {
            return None;
        }
        match (&self.key, &other.key) {
            (None, _) => Some(other.clone()),
            (_, None) => Some(self.clone()),
            (one, two) => (one == two).then(|| self.clone()),
        }
    }
}

impl TypePattern {
    fn parse(text: &str) -> Option<TypePattern> {
        let (head, wild) = match text.strip_suffix('*') {
            Some(head) => (head, true),
            None => (text, false),
        };
        if head.as_bytes().contains(&b'*')
            || head.is_empty()
            || (wild && (!head.ends_with(':') || head == ":"))
        {
            return None;
        }
        let head = head.to_owned();
        Some(if wild {
            TypePattern::Prefix(head)
        } else {
            TypePattern::Exact(head)
        })
    }

    fn and(&self, other: &TypePattern) -> Option<TypePattern> {
        match (self, other) {
            (TypePattern::Exact(kind), _) => other.matches(kind).then(|| self.clone()),
            (_, TypePattern::Exact(kind)) => self.matches(kind).then(|| other.clone()),
            (TypePattern::Prefix(one), TypePattern::Prefix(two)) => {
                if one.starts_with(two.as_str()) {
                    Some(self.clone())
                } else {
                    two.starts_with(one.as_str()).then(|| other.clone())
                }
            }
        }
    }

    fn matches(&self, kind: &str) -> bool {
        match self {
            TypePattern::Exact(exact) => exact == kind,
            TypePattern::Prefix(prefix) => kind.len() > prefix.len() && kind.starts_with(prefix.as_str()),
        }
    }
}

fn list<P>(
    entries: Option<&[String]>,
    list: GrantList,
    parse: fn(&str) -> Option<P>,
) -> Result<Option<Vec<P>>, BadGrant> {
    let Some(entries) = entries else {
        return Ok(None);
    };
    let mut patterns = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        patterns.push(parse(entry).ok_or(BadGrant { list, index })?);
    }
    Ok(Some(patterns))
}

/// Every pair of patterns, by what both cover; no list covers everything.
fn both<P: Clone>(
    one: &Option<Vec<P>>,
    two: &Option<Vec<P>>,
    and: fn(&P, &P) -> Option<P>,
) -> Option<Vec<P>> {
    let (Some(left), Some(right)) = (one, two) else {
        return one.clone().or_else(|| two.clone());
    };
    Some(pairs(left, right, and))
}

fn pairs<P>(left: &[P], right: &[P], and: fn(&P, &P) -> Option<P>) -> Vec<P> {
    let pairs = left
        .iter()
        .flat_map(|a| right.iter().filter_map(move |b| and(a, b)));
    pairs.gather()
}

fn matches_any(list: &[TypePattern], kind: &str) -> bool {
    list.iter().any(|pattern| pattern.matches(kind))
}

fn covers(list: &Option<Vec<KeyPattern>>, name: &str, key: &str) -> bool {
    list.as_ref().is_none_or(|list| {
        list.iter()
            .any(|pattern| pattern.name == name && pattern.key.as_ref().is_none_or(|granted| granted == key))
    })
}

fn covers_all(list: &Option<Vec<KeyPattern>>, name: &str) -> bool {
    list.as_ref().is_none_or(|list| {
        list.iter()
            .any(|pattern| pattern.name == name && pattern.key.is_none())
    })
}

fn covers_any(list: &Option<Vec<KeyPattern>>, name: &str) -> bool {
    list.as_ref()
        .is_none_or(|list| list.iter().any(|pattern| pattern.name == name))
}
