//! The wires between windows.

use super::case::{Config, Shape};

/// The wire of two windows.
pub struct Link {
    pub ends: (usize, usize),
    /// Part of the broadcast wire.
    pub mesh: bool,
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
    pub fn new(config: &Config) -> Self {
        let count = config.windows;
        let tabs = count.div_ceil(2);
        let mut list = Vec::new();
        for a in 0..count {
            for b in a + 1..count {
                let mesh = match config.shape {
                    Shape::Mesh => true,
                    Shape::TabsWithFrames => b < tabs,
                    _ => false,
                };
                let wired = match config.shape {
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

    pub fn between(&mut self, a: usize, b: usize) -> Option<&mut Link> {
        self.list
            .iter_mut()
            .find(|link| link.ends == (a.min(b), a.max(b)))
    }

    pub fn get(&self, a: usize, b: usize) -> Option<&Link> {
        self.list.iter().find(|link| link.ends == (a.min(b), a.max(b)))
    }

    /// The neighbours of a window by wires that are up.
    pub fn of(&self, at: usize) -> Vec<usize> {
        let up = self.list.iter().filter(|link| link.up);
        up.filter_map(|link| link.other(at)).collect()
    }

    /// Its neighbours on the broadcast wire.
    pub fn mesh_of(&self, at: usize) -> Vec<usize> {
        let up = self.list.iter().filter(|link| link.up && link.mesh);
        up.filter_map(|link| link.other(at)).collect()
    }

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
