//! Storage that outlives its windows, and may be shared by some.

use parley_sync::core::persist::{self, Record};

use super::Network;
use super::window::Value;
use parley_sync_kit::{Network as _, Outcome};

/// What is stored on one disk.
pub type Disk = Vec<Record<Value>>;

impl Network {
    /// The disk of that window, if it has one.
    fn disk_of(&self, at: usize) -> Option<usize> {
        Some(at % (self.config.disks + 1)).filter(|&disk| disk < self.config.disks)
    }

    /// Brings what is stored into the window.
    pub(super) fn load(&mut self, at: usize) -> Outcome {
        let Some(disk) = self.disk_of(at) else {
            return Ok(());
        };
        let records = self.disks[disk].clone();
        self.import(at, records)
    }

    /// Stores what the window holds, and brings what others stored into it.
    pub(super) fn save(&mut self, at: usize) -> Outcome {
        let news = self.write_disk(at);
        self.import(at, news)
    }

    /// Stores what the window holds; what it lacks of what is stored.
    pub(super) fn write_disk(&mut self, at: usize) -> Vec<Record<Value>> {
        let now = self.clock(at);
        let Some((disk, window)) = self.disk_of(at).zip(self.space.sites[at].window.as_ref()) else {
            return Vec::new();
        };
        let stored = std::mem::take(&mut self.disks[disk]);
        let merged = persist::merge(window.node.export().collect(), stored, now);
        self.disks[disk] = merged.records;
        merged.news
    }

    /// Once every window has saved, every disk holds what they hold, and nothing else.
    pub(super) fn check_disks(&mut self) -> Outcome {
        for _ in 0..2 {
            for at in 0..self.space.sites.len() {
                let news = self.write_disk(at);
                if !news.is_empty() {
                    return Err(format!(
                        "after all agreed, window {at} lacks {news:?} of its disk"
                    ));
                }
            }
        }
        for (disk, records) in self.disks.iter().enumerate() {
            let Some(window) = self.space.sites.get(disk).and_then(|site| site.window.as_ref()) else {
                continue;
            };
            // A deletion need not be there any more once a clock of any window says that it is old.
            let is_kept = |record: &Record<Value>| {
                record.value.is_some()
                    || self.furthest - record.stamp.time.millis() <= persist::FORGET_AFTER_MS
            };
            let held: Vec<Record<Value>> = window.node.export().filter(is_kept).collect();
            let mut stored: Vec<Record<Value>> = records.clone();
            stored.retain(is_kept);
            if held.len() != stored.len() || !held.iter().all(|record| stored.contains(record)) {
                return Err(format!("disk {disk} has {stored:?}, its window {held:?}"));
            }
        }
        Ok(())
    }

    fn import(&mut self, at: usize, records: Vec<Record<Value>>) -> Outcome {
        let now = self.clock(at);
        let window = self.space.sites[at].window.as_mut();
        let effects = window.map_or_else(Vec::new, |window| window.node.import(records, now));
        self.carry_out(at, effects)
    }
}
