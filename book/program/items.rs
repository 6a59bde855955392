//! Excerpts: items of a source file, found by their names.
//!
//! A name is what a reader would say: `struct Shared`, `fn run`, `impl Future for Wait`, `Promise::settle`,
//! `thread_local!`. Type parameters are left out. The file is parsed, so that an excerpt is the item and
//! nothing else, wherever it moves to. Doc comments shrink to their first paragraph; comments in bodies stay.

use std::ops::RangeInclusive;

use syn::spanned::Spanned;
use syn::{ImplItem, Item, ItemImpl, TraitItem, Type};

/// No excerpt has more lines: a reader follows no more at once.
pub const MAX_LINES: usize = 45;

/// What a page shows of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// The line of the file where its first item begins, from 1.
    pub line: usize,
    /// The items, with a blank line between them.
    pub text: String,
}

/// Takes the items with these names out of `source`, in that order. Methods of one `impl` that are named one
/// after the other share its braces.
///
/// # Errors
///
/// If the source is not Rust, if a name fits no item or several, or if the excerpt is too long.
///
/// ```
/// use book::items::excerpt;
///
/// let source = "
/// /// Two numbers.
/// ///
/// /// # Examples
/// struct Pair(i32, i32);
///
/// impl Pair {
///     fn new(a: i32) -> Self { Pair(a, a) }
///     fn sum(&self) -> i32 { self.0 + self.1 }
/// }";
/// let pair = excerpt(source, &["struct Pair", "Pair::sum"]).unwrap();
/// assert_eq!(pair.line, 2);
/// assert_eq!(pair.text, "/// Two numbers.
/// struct Pair(i32, i32);
///
/// impl Pair {
///     fn sum(&self) -> i32 { self.0 + self.1 }
/// }
/// ");
/// assert_eq!(excerpt(source, &["Pair::product"]).unwrap_err(), "no item is called `Pair::product`");
/// ```
pub fn excerpt(source: &str, names: &[&str]) -> Result<Excerpt, String> {
    let file = syn::parse_file(source).map_err(|error| format!("it is not Rust: {error}"))?;
    let mut all = Vec::new();
    file.items.iter().for_each(|item| add(item, &mut all));
    let lines: Vec<&str> = source.lines().collect();
    let lines = |range: &RangeInclusive<usize>| &lines[range.start() - 1..*range.end()];

    let mut shown: Vec<&str> = Vec::new();
    let mut first = None;
    let mut open: Option<&RangeInclusive<usize>> = None; // the `impl` whose braces are open
    for name in names {
        let mut found = all.iter().filter(|item| item.name == *name);
        let (item, more) = (found.next(), found.count());
        let item = item.ok_or_else(|| format!("no item is called `{name}`"))?;
        if more > 0 {
            let count = more + 1;
            let what_to_do = "name the whole `impl … for …`";
            return Err(format!("{count} items are called `{name}`: {what_to_do}"));
        }
        if open.is_some() && open != item.within.as_ref() {
            shown.push("}");
            open = None;
        }
        if !shown.is_empty() {
            shown.push("");
        }
        if let (None, Some(header)) = (open, &item.within) {
            shown.extend(lines(header));
            open = Some(header);
        }
        shown.extend(first_paragraphs(lines(&item.lines)));
        first.get_or_insert(*item.lines.start());
    }
    shown.extend(open.map(|_| "}"));
    if shown.len() > MAX_LINES {
        return Err(format!(
            "these items have {} lines, and an excerpt has at most {MAX_LINES}: name fewer",
            shown.len()
        ));
    }
    let line = first.ok_or("it names no item")?;
    let text = shown.join("\n") + "\n";
    Ok(Excerpt { line, text })
}

/// The lines, and of each doc comment in them its first paragraph. Attributes that only rustdoc reads go.
fn first_paragraphs<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let mut is_over = false;
    let mut kept = lines.to_vec();
    kept.retain(|line| {
        let is_attribute = line.trim_start().starts_with("#[doc");
        let is_doc = is_attribute || line.trim_start().starts_with("///");
        is_over = is_doc && (is_over || line.trim() == "///");
        !is_over && !is_attribute
    });
    kept
}

struct Named {
    name: String,
    lines: RangeInclusive<usize>,
    /// For an item of an `impl` or a `trait`: the lines from its first word to its opening brace.
    within: Option<RangeInclusive<usize>>,
}

fn lines_of(item: &impl Spanned) -> RangeInclusive<usize> {
    let span = item.span();
    span.start().line..=span.end().line
}

/// Adds an item, and what can be named in it.
fn add(item: &Item, all: &mut Vec<Named>) {
    let name = match item {
        Item::Const(item) => format!("const {}", item.ident),
        Item::Enum(item) => format!("enum {}", item.ident),
        Item::Fn(item) => format!("fn {}", item.sig.ident),
        Item::Macro(item) => match (&item.ident, item.mac.path.segments.last()) {
            (Some(ident), _) => format!("macro {ident}"),
            (None, Some(called)) => format!("{}!", called.ident),
            (None, None) => return,
        },
        Item::Mod(item) => format!("mod {}", item.ident), // nothing in it can be named
        Item::Static(item) => format!("static {}", item.ident),
        Item::Struct(item) => format!("struct {}", item.ident),
        Item::Trait(item) => {
            let header =
                item.trait_token.span.start().line..=item.brace_token.span.open().end().line;
            for inner in &item.items {
                if let TraitItem::Fn(method) = inner {
                    let name = format!("{}::{}", item.ident, method.sig.ident);
                    all.push(Named {
                        name,
                        lines: lines_of(inner),
                        within: Some(header.clone()),
                    });
                }
            }
            format!("trait {}", item.ident)
        }
        Item::Type(item) => format!("type {}", item.ident),
        Item::Impl(item) => {
            let header =
                item.impl_token.span.start().line..=item.brace_token.span.open().end().line;
            for inner in &item.items {
                let ident = match inner {
                    ImplItem::Fn(method) => &method.sig.ident,
                    ImplItem::Const(constant) => &constant.ident,
                    _ => continue,
                };
                let name = format!("{}::{ident}", type_name(&item.self_ty));
                all.push(Named {
                    name,
                    lines: lines_of(inner),
                    within: Some(header.clone()),
                });
            }
            impl_name(item)
        }
        _ => return,
    };
    all.push(Named {
        name,
        lines: lines_of(item),
        within: None,
    });
}

fn impl_name(item: &ItemImpl) -> String {
    let implementor = type_name(&item.self_ty);
    let of_trait = item
        .trait_
        .as_ref()
        .and_then(|(_, path, _)| path.segments.last());
    match of_trait {
        Some(of_trait) => format!("impl {} for {implementor}", of_trait.ident),
        None => format!("impl {implementor}"),
    }
}

/// The last word of a type, without its parameters: `Promise`, `&Promise`.
fn type_name(ty: &Type) -> String {
    match ty {
        Type::Path(ty) => ty
            .path
            .segments
            .last()
            .map(|last| last.ident.to_string())
            .unwrap_or_default(),
        Type::Reference(ty) => format!("&{}", type_name(&ty.elem)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
//! A file.

/// A thing.
///
/// ```
#[doc = "use thing;"]
/// ```
#[doc(alias = "stuff")]
#[derive(Debug)]
pub struct Thing<T> {
    /// Its value.
    ///
    /// More of that.
    value: T,
}

thread_local! {
    static CURRENT: u8 = const { 0 };
}

impl<T> Thing<T>
where
    T: Clone,
{
    /// Makes one.
    pub fn new(value: T) -> Self {
        // Once.

        Thing { value }
    }

    pub const SIZE: usize = 1;

    /// Gives it.
    fn value(&self) -> T {
        self.value.clone()
    }
}

impl<T> IntoFuture for &Thing<T> {}

impl<T> std::fmt::Debug for Thing<T> {
    fn fmt(&self) {}
}

impl<T> std::fmt::Display for Thing<T> {
    fn fmt(&self) {}
}

pub trait Poll<T>: Send {
    fn poll(&self);
    fn other(&self);
}

mod inner {
    fn hidden() {}
}
"#;

    fn text(names: &[&str]) -> String {
        excerpt(SOURCE, names).unwrap().text
    }

    #[test]
    fn an_item_is_shown_with_the_first_paragraph_of_its_docs() {
        let thing = "/// A thing.\n#[derive(Debug)]\npub struct Thing<T> {\n    /// Its value.\n    value: T,\n}\n";
        assert_eq!(text(&["struct Thing"]), thing);
        assert_eq!(
            text(&["thread_local!"]),
            "thread_local! {\n    static CURRENT: u8 = const { 0 };\n}\n"
        );
    }

    #[test]
    fn what_an_impl_or_a_trait_holds_is_shown_in_its_braces() {
        assert_eq!(
            text(&["Thing::value", "Thing::new", "trait Poll", "Poll::other"]),
            "impl<T> Thing<T>\nwhere\n    T: Clone,\n{\n    /// Gives it.\n    fn value(&self) -> T {\n        self.value.clone()\n    }\n\n    /// Makes one.\n    pub fn new(value: T) -> Self {\n        // Once.\n\n        Thing { value }\n    }\n}\n\npub trait Poll<T>: Send {\n    fn poll(&self);\n    fn other(&self);\n}\n\npub trait Poll<T>: Send {\n    fn other(&self);\n}\n"
        );
        assert_eq!(
            text(&["impl IntoFuture for &Thing"]),
            "impl<T> IntoFuture for &Thing<T> {}\n"
        );
    }

    #[test]
    fn a_name_that_fits_nothing_or_too_much_is_an_error() {
        for (name, error) in [
            ("fn hidden", "no item is called `fn hidden`"),
            (
                "Thing::fmt",
                "2 items are called `Thing::fmt`: name the whole `impl … for …`",
            ),
        ] {
            assert_eq!(excerpt(SOURCE, &[name]).unwrap_err(), error);
        }
        let error = excerpt("fn {}", &["fn a"]).unwrap_err();
        assert_eq!(error, "it is not Rust: expected identifier");
    }
}
