//! Which file, if any, an address names.

use std::fs;
use std::path::{Path, PathBuf};

use super::mime;
use crate::paths;

/// The two origins and the folders behind both.
pub struct Site {
    pub first: String,
    pub second: String,
    pages: PathBuf,
    package: PathBuf,
}

/// What is sent back.
pub struct Answer {
    pub status: &'static str,
    pub kind: &'static str,
    pub body: Vec<u8>,
}

impl Answer {
    /// A status with its own words as the text.
    pub fn plain(status: &'static str) -> Answer {
        Answer {
            status,
            kind: "text/plain; charset=utf-8",
            body: format!("{status}\n").into_bytes(),
        }
    }
}

impl Site {
    /// `www/` at the root, the package under `/pkg/`.
    pub fn new(first: String, second: String) -> Site {
        Site {
            first,
            second,
            pages: paths::root().join("www"),
            package: paths::package(),
        }
    }

    /// The answer to a GET of this request target.
    pub fn get(&self, target: &str) -> Answer {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        if path == "/origins.json" {
            return self.origins();
        }
        let Some(names) = names(path) else {
            return Answer::plain("400 Bad Request");
        };
        let file = match names.split_first() {
            Some((folder, rest)) if folder == "pkg" => join(&self.package, rest),
            _ => join(&self.pages, &names),
        };
        let file = if file.is_dir() {
            file.join("index.html")
        } else {
            file
        };
        match fs::read(&file) {
            Ok(body) => Answer {
                status: "200 OK",
                kind: mime::of(&file),
                body,
            },
            Err(_) => Answer::plain("404 Not Found"),
        }
    }

    /// How a page learns the other origin.
    fn origins(&self) -> Answer {
        let body = format!(
            "{{\"first\":\"{}\",\"second\":\"{}\"}}\n",
            self.first, self.second
        );
        Answer {
            status: "200 OK",
            kind: "application/json; charset=utf-8",
            body: body.into_bytes(),
        }
    }
}

fn join(folder: &Path, names: &[String]) -> PathBuf {
    names
        .iter()
        .fold(folder.to_path_buf(), |path, name| path.join(name))
}

/// The decoded parts of a path. None for what could leave the folder: `..`, hidden files, separators in disguise.
fn names(path: &str) -> Option<Vec<String>> {
    let parts = path.strip_prefix('/')?.split('/').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            decoded(part).filter(|name| !name.starts_with('.') && !name.contains(['/', '\\', '\0', ':']))
        })
        .collect()
}

fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let value = digit(rest.next()?)? * 16 + digit(rest.next()?)?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_inside() {
        for outside in [
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/a/..%2f..%2fx",
            "/.git/config",
            "/pkg/.lock",
            "/a%5cb",
            "/%zz",
            "a",
        ] {
            assert_eq!(names(outside), None, "{outside}");
        }
        assert_eq!(names("/a//b%20c/"), Some(vec!["a".to_owned(), "b c".to_owned()]));
        assert_eq!(names("/"), Some(vec![]));
    }

    #[test]
    fn the_page_learns_both_origins() {
        let site = Site::new("http://localhost:1".to_owned(), "http://localhost:2".to_owned());
        let answer = site.get("/origins.json?x");
        assert_eq!(
            answer.body,
            b"{\"first\":\"http://localhost:1\",\"second\":\"http://localhost:2\"}\n"
        );
        assert_eq!(site.get("/../Cargo.toml").status, "400 Bad Request");
        assert_eq!(site.get("/no/such/file").status, "404 Not Found");
        assert_eq!(
            site.get("/pkg/package.json").kind,
            "application/json; charset=utf-8"
        );
    }
}
