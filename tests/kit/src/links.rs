//! The wires between windows: who is wired with whom, and what a wire does to frames.

use crate::random::Random;

/// Which windows are neighbours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Everyone of everyone, one private wire a pair.
    Full,
    /// Everyone of everyone, over one broadcast wire.
    Mesh,
    /// Window 0 of all others: a parent with its iframes.
    Star,
    /// Each of the next: tab, tab, iframe, iframe in it.
    Chain,
    /// The first half on one broadcast wire; each other hangs on one of those: tabs with iframes.
    TabsWithFrames,
    /// Each of the next, and the last of the first: two ways to everyone.
    Ring,
}

/// What wires do to frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wire {
    /// Frames keep their order.
    pub fifo: bool,
    /// Least and greatest delay in milliseconds.
    pub latency: (u32, u32),
    /// Percentage of frames lost.
    pub loss: u8,
    /// Percentage of frames that come twice.
    pub duplicate: u8,
}

impl Wire {
    /// Loses and doubles nothing, and takes no time.
    pub const PERFECT: Self = Self {
        fifo: true,
        latency: (0, 0),
        loss: 0,
        duplicate: 0,
    };

    /// Any: so many in a hundred lose and double nothing and keep the order, the others lose one of these percentages.
    pub fn generate(random: &mut Random, reliable: u8, losses: &[u8]) -> Self {
        let is_reliable = random.percent(reliable);
        let slow = random.pick(&[0, 1, 30, 400]);
        Self {
            fifo: is_reliable || random.percent(40),
            latency: (random.pick(&[0, 0, slow]), slow),
            loss: if is_reliable { 0 } else { random.pick(losses) },
            duplicate: if is_reliable { 0 } else { random.pick(&[0, 10, 50]) },
        }
    }
}

/// The wire of two windows.
pub struct Link {
    /// The windows, the lesser number first.
    pub ends: (usize, usize),
    /// Part of the broadcast wire.
    pub mesh: bool,
    /// The two are connected, if both are open.
    pub up: bool,
    /// Loses everything, unnoticed.
    pub cut: bool,
    /// Goes up by one when the wire goes down: frames of an earlier life are lost.
    pub life: u32,
    /// When the last frame arrives, each way: the next of a FIFO wire is not earlier.
    pub busy_until: [u64; 2],
}

/// All wires of a network.
pub struct Links {
    list: Vec<Link>,
}

impl Links {
    /// The wires of so many windows.
    #[must_use]
    pub fn new(shape: Shape, count: usize) -> Self {
        let tabs = count.div_ceil(2);
        let mut list = Vec::new();
        for a in 0..count {
            for b in a + 1..count {
                let mesh = match shape {
                    Shape::Mesh => true,
                    Shape::TabsWithFrames => b < tabs,
                    _ => false,
                };
                let wired = match shape {
                    Shape::Full | Shape::Mesh => true,
                    Shape::Star => a == 0,
                    Shape::Chain => b == a + 1,
                    Shape::Ring => b == a + 1 || (a == 0 && b + 1 == count),
                    Shape::TabsWithFrames => b < tabs || b == a + tabs,
                };
                if wired {
                    list.push(Link {
                        ends: (a, b),
                        mesh,
                        up: true,
                        cut: false,
                        life: 0,
                        busy_until: [0; 2],
                    });
                }
            }
        }
        Self { list }
    }

    /// The wire of two windows.
    pub fn between(&mut self, a: usize, b: usize) -> Option<&mut Link> {
        self.list
            .iter_mut()
            .find(|link| link.ends == (a.min(b), a.max(b)))
    }

    /// The same, to look at.
    #[must_use]
    pub fn get(&self, a: usize, b: usize) -> Option<&Link> {
        self.list.iter().find(|link| link.ends == (a.min(b), a.max(b)))
    }

    /// The neighbours of a window by wires that are up.
    #[must_use]
    pub fn of(&self, at: usize) -> Vec<usize> {
        let up = self.list.iter().filter(|link| link.up);
        up.filter_map(|link| link.other(at)).collect()
    }

    /// Its neighbours on the broadcast wire.
    #[must_use]
    pub fn mesh_of(&self, at: usize) -> Vec<usize> {
        let up = self.list.iter().filter(|link| link.up && link.mesh);
        up.filter_map(|link| link.other(at)).collect()
    }

    /// Who is wired with whom.
    #[must_use]
    pub fn pairs(&self) -> Vec<(usize, usize)> {
        self.list.iter().map(|link| link.ends).collect()
    }
}

impl Link {
    fn other(&self, at: usize) -> Option<usize> {
        match self.ends {
            (a, b) if a == at => Some(b),
            (a, b) if b == at => Some(a),
            _ => None,
        }
    }
}
