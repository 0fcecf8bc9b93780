//! Dependencies between the modules of `src/` go one way.
//!
//! Two rules. A ring names no ring outside of it: core, platform, transport, bindings, from the inside out. And the
//! modules of a ring (its direct children) form no circle. Paths are read from `use` declarations and from expressions;
//! comments and unit tests may name anything.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::purity::visit;
use crate::{Outcome, paths};

/// From the inside out.
const RINGS: [&str; 4] = ["core", "platform", "transport", "bindings"];

type Module = Vec<String>;

/// A file, the module it is, and the paths it names, from the crate's root.
struct Source {
    file: String,
    module: Module,
    named: Vec<Module>,
}

/// Reads every file of `src/`.
pub fn check() -> Outcome {
    let root = paths::root().join("src");
    let mut texts = Vec::new();
    visit(&root, &mut |path, text| {
        let file = path.strip_prefix(&root).unwrap_or(path).to_path_buf();
        texts.push((file, text.to_owned()));
    })
    .map_err(|error| format!("cannot read src: {error}"))?;
    let sources: Vec<Source> = texts.iter().map(|(file, text)| read(file, text)).collect();
    let faults = faults(&sources);
    if sources.is_empty() {
        return Err("there is no file in src".to_owned());
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(format!("dependencies go one way:\n{}", faults.join("\n")))
}

fn faults(sources: &[Source]) -> Vec<String> {
    let mut faults = outward(sources);
    let edges = edges(sources);
    faults.extend(circles(&edges));
    faults
}

/// Names of an outer ring.
fn outward(sources: &[Source]) -> Vec<String> {
    let ring = |module: &Module| {
        RINGS
            .iter()
            .position(|ring| module.first().is_some_and(|first| first == ring))
    };
    let mut faults = Vec::new();
    for source in sources {
        let Some(own) = ring(&source.module) else { continue };
        for path in source.named.iter().filter(|path| ring(path) > Some(own)) {
            faults.push(format!("{} names {}", source.file, path.join("::")));
        }
    }
    faults
}

/// Which module (a ring's direct child) names which, and one file that does.
fn edges(sources: &[Source]) -> BTreeMap<Module, BTreeMap<Module, String>> {
    let modules: BTreeSet<Module> = sources.iter().map(|source| child(&source.module)).collect();
    let mut edges: BTreeMap<Module, BTreeMap<Module, String>> = BTreeMap::new();
    for source in sources {
        let from = child(&source.module);
        for path in &source.named {
            let to = child(path);
            if to != from && modules.contains(&to) && to.len() > 1 {
                edges
                    .entry(from.clone())
                    .or_default()
                    .entry(to)
                    .or_insert_with(|| source.file.clone());
            }
        }
    }
    edges
}

fn child(module: &Module) -> Module {
    module.iter().take(2).cloned().collect()
}

/// One line for each circle: the modules in it, and the files that close it.
fn circles(edges: &BTreeMap<Module, BTreeMap<Module, String>>) -> Vec<String> {
    let mut told: BTreeSet<BTreeSet<&Module>> = BTreeSet::new();
    let mut faults = Vec::new();
    for start in edges.keys() {
        let Some(way) = way_back(edges, start) else {
            continue;
        };
        if told.insert(way.iter().copied().collect()) {
            let steps: Vec<String> = way
                .iter()
                .zip(way.iter().cycle().skip(1))
                .map(|(from, to)| {
                    let file = edges.get(*from).and_then(|to_files| to_files.get(*to));
                    format!(
                        "{} -> {} ({})",
                        from.join("::"),
                        to.join("::"),
                        file.map_or("", String::as_str)
                    )
                })
                .collect();
            faults.push(format!("a circle: {}", steps.join(", ")));
        }
    }
    faults
}

/// The shortest way from a module back to itself.
fn way_back<'a>(
    edges: &'a BTreeMap<Module, BTreeMap<Module, String>>,
    start: &'a Module,
) -> Option<Vec<&'a Module>> {
    let mut came_from: BTreeMap<&Module, &Module> = BTreeMap::new();
    let mut at = vec![start];
    while !at.is_empty() {
        let mut next = Vec::new();
        for from in at {
            for to in edges.get(from).into_iter().flat_map(BTreeMap::keys) {
                if to == start {
                    let mut way = vec![from];
                    while let Some(before) = way.last().and_then(|last| came_from.get(*last)) {
                        way.push(before);
                    }
                    way.reverse();
                    return Some(way);
                }
                if !came_from.contains_key(to) {
                    came_from.insert(to, from);
                    next.push(to);
                }
            }
        }
        at = next;
    }
    None
}

fn read(file: &Path, text: &str) -> Source {
    let mut module: Module = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if module.last().is_some_and(|last| last == "mod" || last == "lib") {
        module.pop();
    }
    let code = without_comments_and_tests(text);
    let mut named = Vec::new();
    for (at, _) in code.match_indices("crate::").chain(code.match_indices("super::")) {
        let (before, rest) = code.split_at(at);
        let whole = !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        if whole {
            named.extend(expand(rest).into_iter().map(|path| absolute(&module, path)));
        }
    }
    Source {
        file: format!("src/{}", file.display()),
        module,
        named,
    }
}

fn without_comments_and_tests(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The paths that a text begins with: `a::b::{c, d::e}` is `a::b::c` and `a::b::d::e`.
fn expand(text: &str) -> Vec<Module> {
    let mut done = Vec::new();
    let mut prefix: Module = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut word = String::new();
    let end = |prefix: &Module, word: &mut String, done: &mut Vec<Module>| {
        if !word.is_empty() {
            let mut path = prefix.clone();
            path.push(std::mem::take(word));
            done.push(path);
        }
    };
    for character in text.chars() {
        match character {
            c if c.is_alphanumeric() || c == '_' => word.push(c),
            ':' if word.is_empty() => {}
            ':' => prefix.push(std::mem::take(&mut word)),
            '{' if word.is_empty() && !prefix.is_empty() => open.push(prefix.len()),
            ',' | '}' if !open.is_empty() => {
                end(&prefix, &mut word, &mut done);
                let depth = if character == '}' {
                    open.pop()
                } else {
                    open.last().copied()
                };
                prefix.truncate(depth.unwrap_or_default());
                if open.is_empty() {
                    return done;
                }
            }
            c if c.is_whitespace() && !open.is_empty() => {}
            _ if open.is_empty() => break,
            _ => {}
        }
    }
    end(&prefix, &mut word, &mut done);
    done
}

/// A path from the crate's root.
fn absolute(module: &Module, path: Module) -> Module {
    let ups = path.iter().take_while(|part| *part == "super").count();
    let base = match path.first().map(String::as_str) {
        Some("super") => module
            .iter()
            .take(module.len().saturating_sub(ups))
            .cloned()
            .collect(),
        _ => Module::new(),
    };
    let rest = path.into_iter().filter(|part| part != "super" && part != "crate");
    base.into_iter().chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Vec<Source> {
        files
            .iter()
            .map(|(file, text)| read(Path::new(file), text))
            .collect()
    }

    #[test]
    fn one_way_is_no_fault() {
        let found = faults(&sources(&[
            ("core/a.rs", "use super::b::B;\nfn a() {}"),
            ("core/b.rs", "use std::fmt;\n// use crate::bindings::Hub;"),
            (
                "bindings/hub/mod.rs",
                "use crate::core::{a, b::{self, B}};\nuse crate::transport::Wire;",
            ),
            ("transport/mod.rs", "use crate::platform::host;"),
            (
                "platform/host.rs",
                "fn host() {}\n#[cfg(test)]\nmod tests {\n use crate::bindings::x;\n}",
            ),
        ]));
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn an_outer_ring_is_found_in_a_use_and_in_an_expression() {
        let found = faults(&sources(&[
            ("transport/port.rs", "use crate::{core, bindings::{hub::Hub}};"),
            (
                "core/a/deep.rs",
                "fn a() { super::super::super::platform::host::now() }",
            ),
        ]));
        assert_eq!(
            found,
            [
                "src/transport/port.rs names bindings::hub::Hub",
                "src/core/a/deep.rs names platform::host::now",
            ]
        );
    }

    #[test]
    fn a_circle_is_found_however_long_and_however_spelt() {
        let found = faults(&sources(&[
            ("core/a.rs", "use crate::core::b::B;"),
            ("core/b/inner.rs", "use super::super::{\n    c::C,\n};"),
            ("core/c.rs", "fn c() -> crate::core::a::A {}"),
        ]));
        assert_eq!(
            found,
            [
                "a circle: core::a -> core::b (src/core/a.rs), core::b -> core::c (src/core/b/inner.rs), \
              core::c -> core::a (src/core/c.rs)"
            ]
        );
    }

    #[test]
    fn within_a_module_files_may_name_each_other() {
        let found = faults(&sources(&[
            ("core/a.rs", "use inner::X;"),
            ("core/a/inner.rs", "use super::other::Y;"),
            ("core/a/other.rs", "use crate::core::a::inner::X;"),
        ]));
        assert_eq!(found, Vec::<String>::new());
    }
}
