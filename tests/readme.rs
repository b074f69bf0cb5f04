//! The documents say what is so: the source they show is the source that runs, the codes and
//! settings they list are the code's, what they name exists, and the rooms of the house import no
//! more than `host/ARCHITECTURE.md` lets them. Knows the checkout's text, and starts nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use qbo_tests::checkout;

const DOCUMENTS: [&str; 3] = ["README.md", "host/README.md", "host/ARCHITECTURE.md"];

/// What stands in front of a stable code wherever the host makes one.
const MAKES_A_CODE: [&str; 15] = [
    "Finding::error(",
    "Finding::warning(",
    "Wait::new(",
    "Wait::company(",
    "Why::empty(",
    "Why::failed(",
    "Verdict::new(status,",
    "Fault::own(",
    "held(",
    ".with_code(",
    "code: ",
    "Status::Held,",
    "Status::Previewed,",
    "Status::Refused,",
    "Status::Succeeded,",
];

/// What stands in front of a code in a function that gives the code of each variant.
const NAMES_A_CODE: &str = " => ";

/// Plain values that every room may import, and that import nothing else.
const VOCABULARY: [&str; 5] = ["action", "clock", "enrollment", "grant", "ids"];

/// Rooms that see everything, but for `cli`, which nothing but the program imports.
const SEE_EVERYTHING: [&str; 4] = ["cli", "conformance", "lib", "main"];

/// What each other room of the host may import besides itself and the vocabulary.
const ROOMS: [(&str, &[&str]); 10] = [
    ("quickbooks", &["runs::history"]),
    ("hubspot", &["quickbooks"]),
    ("effects", &["quickbooks", "runs::history", "runs::store"]),
    ("sandbox", &["effects", "runs::history"]),
    ("catalog", &["effects::statement", "sandbox"]),
    ("options", &["effects", "quickbooks"]),
    ("connection", &["effects", "hubspot", "options", "quickbooks"]),
    ("runs", &["catalog", "connection", "effects", "hubspot", "options", "quickbooks", "sandbox"]),
    ("server", &["connection", "options", "runs"]),
    ("settings", &[]),
];

fn read(path: impl AsRef<Path>) -> String {
    let path = checkout().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The Rust files below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of the checkout").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
    found
}

/// The host's product code, file by file, without its tests.
fn host_code() -> Vec<(PathBuf, String)> {
    let files = sources(&checkout().join("host/src")).into_iter().filter(|path| !path.ends_with("tests.rs"));
    files
        .map(|path| {
            let text = read(&path);
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
            (path, code)
        })
        .collect()
}

/// What stands between `<!-- name -->` and `<!-- /name -->`.
fn marked<'t>(text: &'t str, name: &str) -> &'t str {
    let inside = text
        .split_once(&format!("<!-- {name} -->\n"))
        .and_then(|(_, rest)| rest.split_once(&format!("<!-- /{name} -->")).map(|(inside, _)| inside));
    inside.unwrap_or_else(|| panic!("nothing is marked {name}"))
}

/// The words in backticks outside of blocks of code.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|prose| prose.split('`').skip(1).step_by(2))
}

/// The literals that follow `opener`, wherever the line was broken.
fn literals<'t>(code: &'t str, opener: &str) -> impl Iterator<Item = &'t str> {
    code.split(opener).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
}

fn codes_of_the_host() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    // `conformance` states what others make.
    let makers =
        host_code().into_iter().filter(|(path, _)| !path.components().any(|part| part.as_os_str() == "conformance"));
    for (_, code) in makers {
        for opener in MAKES_A_CODE {
            codes.extend(literals(&code, opener).map(str::to_owned));
        }
        for function in code.split("fn code(").skip(1) {
            let body = function.split("\n    }\n").next().unwrap_or_default();
            codes.extend(literals(body, NAMES_A_CODE).map(str::to_owned));
        }
    }
    codes
}

#[test]
fn the_readme_shows_create_invoice_as_it_is() {
    let readme = read("README.md");
    let shown =
        marked(&readme, "create-invoice").trim().strip_prefix("```rust\n").and_then(|it| it.strip_suffix("```"));
    let shown = shown.expect("a block of Rust");
    assert!(shown == read("action-modules/create-invoice/src/lib.rs"), "copy lib.rs into README.md again");
}

#[test]
fn the_operators_page_explains_every_code_of_the_host() {
    let page = read("host/README.md");
    let rows = marked(&page, "codes").lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let explained: BTreeSet<_> = rows.map(str::to_owned).collect();
    assert_eq!(explained, codes_of_the_host());
}

#[test]
fn the_operators_page_lists_every_setting() {
    let page = read("host/README.md");
    let listed: BTreeSet<_> = quoted(&page).filter_map(|word| word.strip_prefix("QBO_HOST_")).collect();
    let code = host_code();
    let names = code.iter().flat_map(|(_, code)| code.split("\"QBO_HOST_").skip(1));
    let read: BTreeSet<_> = names.filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(listed, read);
}

/// A word with a slash and an ending is a file, and one with three underscores or more is a test.
#[test]
fn what_the_documents_name_exists() {
    let root = checkout();
    let folders = ["actions-wit/src", "action-modules", "host", "tests"];
    let rust: Vec<_> = folders.iter().flat_map(|folder| sources(&root.join(folder))).map(read).collect();
    for document in DOCUMENTS {
        let text = read(document);
        for word in quoted(&text) {
            let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte));
            let is_file = ["rs", "md", "wit", "json", "toml"].iter().any(|kind| word.ends_with(&format!(".{kind}")));
            if plain && is_file && word.contains('/') {
                assert!(root.join(word).is_file(), "{document} names the file {word}");
            }
            let is_name = plain && !word.contains(['.', '/', '-']) && word == word.to_lowercase();
            if is_name && word.matches('_').count() >= 3 {
                let declared = format!("fn {word}(");
                assert!(rust.iter().any(|text| text.contains(&declared)), "{document} names the test {word}");
            }
        }
    }
}

#[test]
fn every_room_imports_only_what_it_may_know() {
    let root = checkout().join("host/src");
    let imported = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    for (path, code) in host_code() {
        let inside = path.strip_prefix(&root).expect("a file of the host").with_extension("");
        let room = inside.iter().next().and_then(|name| name.to_str()).unwrap_or_default();
        let rules = ROOMS.iter().find(|(name, _)| *name == room).map(|(_, known)| *known);
        let rules = rules.or(VOCABULARY.contains(&room).then_some(&[]));
        assert!(rules.is_some() || SEE_EVERYTHING.contains(&room), "what may {room} import?");
        for import in code.split("crate::").skip(1) {
            let import = import.split(|c| !imported(c)).next().unwrap_or_default();
            let is = |room: &&str| import == *room || import.starts_with(&format!("{room}::"));
            let may = rules.map_or(!is(&"cli"), |known| known.iter().chain(&VOCABULARY).any(is));
            assert!(is(&room) || may, "{room} imports {import} in {}", path.display());
        }
    }
}

/// A request needs a permit, and only `admit` and `admit_person` give one.
#[test]
fn only_the_door_asks_quickbooks() {
    for (path, code) in host_code() {
        let within = path.strip_prefix(checkout().join("host/src")).expect("a file of the host");
        let may = within.starts_with("quickbooks")
            || within == Path::new("quickbooks.rs")
            || within.starts_with("effects")
            || within == Path::new("effects.rs");
        assert!(may || !code.contains(".admit"), "{} asks QuickBooks past the door", path.display());
    }
}

#[test]
fn no_side_of_the_wall_links_another() {
    for (manifest, forbidden) in [
        ("actions-wit/Cargo.toml", &["qbo-host", "qbo-simulator"][..]),
        ("action-modules/create-invoice/Cargo.toml", &["qbo-host", "qbo-simulator"]),
        ("action-modules/create-estimate/Cargo.toml", &["qbo-host", "qbo-simulator"]),
        ("action-modules/create-sales-receipt/Cargo.toml", &["qbo-host", "qbo-simulator"]),
        ("action-modules/create-paid-invoice/Cargo.toml", &["qbo-host", "qbo-simulator"]),
        ("action-modules/create-expense/Cargo.toml", &["qbo-host", "qbo-simulator"]),
        ("action-modules/create-refund-receipt/Cargo.toml", &["qbo-host", "qbo-simulator"]),
        ("host/Cargo.toml", &["qbo-actions", "create-"]),
        ("host/simulator/Cargo.toml", &["qbo-host", "qbo-actions"]),
    ] {
        let text = read(manifest);
        let links = text.split_once("dependencies]").map(|(_, links)| links).expect("dependencies");
        for name in forbidden {
            assert!(!links.contains(name), "{manifest} links {name}");
        }
    }
}
