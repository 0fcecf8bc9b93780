//! Documents that tell lies: they replay what they heard, forge what they did not, and flood.

use super::traffic::{Frame, Posted};
use super::world::World;

impl World {
    /// A step came to a window that shows a hostile document.
    pub fn overheard(&mut self, doc: usize, from: usize, step: Posted) {
        if let Posted::Offer { port, .. } | Posted::Invite { port, .. } = &step {
            let port = *port;
            self.take(port, doc, None);
            self.docs[doc].ports.push(port);
        }
        let heard = &mut self.docs[doc].heard;
        heard.push((from, step));
        if heard.len() > 40 {
            heard.remove(0);
        }
    }

    /// One lie, or many.
    pub fn attack(&mut self, doc: usize) {
        let floods = self.random.percent(5);
        for _ in 0..if floods { 60 } else { 1 + self.random.below(3) } {
            match self.random.below(10) {
                0..=2 => self.replay(doc),
                3..=5 => self.forge_step(doc),
                _ => self.forge_frame(doc),
            }
        }
    }

    fn some_window(&mut self) -> usize {
        let count = self.windows.len();
        self.random.below(count)
    }

    fn replay(&mut self, doc: usize) {
        let count = self.docs[doc].heard.len();
        if count == 0 {
            return;
        }
        let (from, step) = self.docs[doc].heard[self.random.below(count)].clone();
        let to = if self.random.percent(50) {
            from
        } else {
            self.some_window()
        };
        let step = self.with_own_port(doc, step);
        self.post(doc, to, "*", step);
    }

    /// A port that was heard is spent: a lie needs one of its own.
    fn with_own_port(&mut self, doc: usize, step: Posted) -> Posted {
        match step {
            Posted::Offer { nonce, mark, uid, .. } => {
                let port = self.own_port(doc);
                Posted::Offer {
                    nonce,
                    mark,
                    uid,
                    port,
                }
            }
            Posted::Invite { token, mark, .. } => {
                let port = self.own_port(doc);
                Posted::Invite { token, mark, port }
            }
            other => other,
        }
    }

    /// One end of a channel whose other end the liar keeps.
    pub fn own_port(&mut self, doc: usize) -> usize {
        let (mine, theirs) = self.channel();
        self.take(mine, doc, None);
        self.docs[doc].ports.push(mine);
        theirs
    }

    fn forge_step(&mut self, doc: usize) {
        let heard: Vec<String> = self.docs[doc]
            .heard
            .iter()
            .filter_map(|(_, step)| match step {
                Posted::Hello { nonce, .. } | Posted::Offer { nonce, .. } => Some(nonce.clone()),
                _ => None,
            })
            .collect();
        let nonce = match heard.is_empty() || self.random.percent(20) {
            true => format!("{:x}", self.random.next()),
            false => heard[self.random.below(heard.len())].clone(),
        };
        let other = self.random.below(self.docs.len());
        let mark = if self.random.percent(50) {
            self.docs[other].mark
        } else {
            self.now
        };
        let uid = self.docs[other].uid.clone();
        let step = match self.random.below(6) {
            0 => Posted::RequestHello,
            1 | 2 => Posted::Hello { mark, nonce },
            3 => Posted::OtherVersion,
            4 => Posted::Invite {
                token: nonce,
                mark,
                port: 0,
            },
            _ => Posted::Offer {
                nonce,
                mark,
                uid,
                port: 0,
            },
        };
        let step = self.with_own_port(doc, step);
        let to = self.some_window();
        self.post(doc, to, "*", step);
    }

    fn forge_frame(&mut self, doc: usize) {
        let ports = &self.docs[doc].ports;
        if ports.is_empty() {
            return self.forge_step(doc);
        }
        let wire = ports[self.random.below(ports.len())];
        let other = self.random.below(self.docs.len());
        let uid = match self.random.below(3) {
            0 => self.docs[other].uid.clone(),
            1 => self.docs[doc].uid.clone(),
            _ => format!("{:x}", self.random.next()),
        };
        let claimed = format!("window {}", self.random.below(6));
        let has_received = self.random.percent(50);
        let frame = match self.random.below(8) {
            0..=4 => {
                let proof = self.docs[doc].heard.iter().find_map(|(_, step)| match step {
                    Posted::Hello { nonce, .. } => Some(nonce.clone()),
                    _ => None,
                });
                Frame::Join {
                    uid,
                    claimed,
                    has_received,
                    proof,
                    any_origin: false,
                }
            }
            5 => Frame::Bye(has_received),
            6 => Frame::Pong(self.now),
            _ => Frame::Ping(self.now),
        };
        self.post_frame(wire, frame);
    }
}
