//! Answers: one tree, written as XML, or as JSON by the Spark convention (the root is dropped, a
//! container of repeated children is an array, an empty element is null).

use serde_json::Value;

/// An element's content.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// A number with a fraction.
    Number(f64),
    /// A whole number.
    Whole(i64),
    /// `true` or `false`.
    Flag(bool),
    /// Elements, each once.
    Map(Vec<(&'static str, Node)>),
    /// One element again and again.
    List(&'static str, Vec<Node>),
}

impl Node {
    /// Text; an empty one is an empty element.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// Text that may be missing.
    pub fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Empty, Self::text)
    }

    /// The content as XML in an element.
    pub fn xml(&self, name: &str, out: &mut String) {
        let inner = |out: &mut String, text: &str| {
            out.push_str(&format!("<{name}>"));
            escape(text, out);
            out.push_str(&format!("</{name}>"));
        };
        match self {
            Self::Empty => out.push_str(&format!("<{name}/>")),
            Self::Text(text) => inner(out, text),
            Self::Number(number) => inner(out, &number.to_string()),
            Self::Whole(number) => inner(out, &number.to_string()),
            Self::Flag(flag) => inner(out, &flag.to_string()),
            Self::Map(elements) => {
                out.push_str(&format!("<{name}>"));
                for (name, node) in elements {
                    node.xml(name, out);
                }
                out.push_str(&format!("</{name}>"));
            }
            Self::List(child, items) => {
                out.push_str(&format!("<{name}>"));
                for item in items {
                    item.xml(child, out);
                }
                out.push_str(&format!("</{name}>"));
            }
        }
    }

    /// The content as JSON.
    pub fn json(&self) -> Value {
        match self {
            Self::Empty => Value::Null,
            Self::Text(text) => Value::String(text.clone()),
            Self::Number(number) => serde_json::Number::from_f64(*number).map_or(Value::Null, Value::Number),
            Self::Whole(number) => Value::from(*number),
            Self::Flag(flag) => Value::Bool(*flag),
            Self::Map(elements) => {
                Value::Object(elements.iter().map(|(name, node)| ((*name).to_owned(), node.json())).collect())
            }
            Self::List(_, items) => Value::Array(items.iter().map(Self::json).collect()),
        }
    }
}

/// A whole XML document.
pub(super) fn document(root: &str, node: &Node) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    node.xml(root, &mut out);
    out.push('\n');
    out
}

/// Text for XML: what would end it is written as a reference, what XML 1.0 cannot hold is left out.
pub(super) fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A bare one would be read as a line feed.
            '\r' => out.push_str("&#13;"),
            '\t' | '\n' => out.push(letter),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: Vec<Node>) -> Node {
        Node::Map(vec![("code", Node::text("033")), ("values", Node::List("value", items)), ("note", Node::text(""))])
    }

    #[test]
    fn a_container_is_an_array_with_none_one_and_two_children() {
        for count in 0..3 {
            let node = list(vec![Node::text("a"); count]);
            assert_eq!(node.json()["values"].as_array().map(Vec::len), Some(count));
            assert_eq!(node.json()["code"], "033");
            assert!(node.json()["note"].is_null());
            let xml = document("root", &node);
            assert_eq!(xml.matches("<value>a</value>").count(), count);
            assert!(xml.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<root><code>033</code>"));
            assert!(xml.contains("<note/>"));
        }
    }

    #[test]
    fn xml_holds_any_text_and_drops_what_it_cannot_hold() {
        let text = "a<b> & \"c\" ]]> 路\u{1F6A7}\u{0}\u{1}\u{b}\u{1f}\u{fffe}\u{ffff}\t\r\n末";
        let xml = document("t", &Node::text(text));
        let mut reader = quick_xml::Reader::from_str(&xml);
        let mut read = String::new();
        loop {
            match reader.read_event().unwrap() {
                quick_xml::events::Event::Text(part) => read.push_str(&part),
                quick_xml::events::Event::GeneralRef(name) => match &*name {
                    "lt" => read.push('<'),
                    "gt" => read.push('>'),
                    "amp" => read.push('&'),
                    "quot" => read.push('"'),
                    "#13" => read.push('\r'),
                    other => panic!("{other}"),
                },
                quick_xml::events::Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(read.trim(), "a<b> & \"c\" ]]> 路\u{1F6A7}\t\r\n末");
    }
}
