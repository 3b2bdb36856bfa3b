//! JSON Schemas of types as schemas of the document, so that nothing is described twice.
//!
//! What a schema says is kept; how it says it is turned into OpenAPI 3.0: a member that may be null is one that may be absent,
//! constants are enumerations of one, and a choice is `oneOf`, with a discriminator where the members are tagged.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use poem_openapi::registry::{MetaDiscriminatorObject, MetaSchema, MetaSchemaRef};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value};

/// Names in the document of types whose own name says too little outside their room, or is taken.
const NAMES: &[(&str, &str)] = &[
    ("AccountLine", "EnergyAccountLine"),
    ("Against", "BackTestComparison"),
    ("BandChange", "BackTestBandChange"),
    ("BandCount", "BackTestBandCount"),
    ("Change", "ImprovingChange"),
    ("Components", "ComponentsUsed"),
    ("ConditionDistance", "NextBandCondition"),
    ("Difference", "VerificationDifference"),
    ("Distance", "NextBand"),
    ("Estimate", "SensitivityEstimate"),
    ("ExplainNode", "ExplanationNode"),
    ("FactorUsed", "EnergyFactorUsed"),
    ("Figure", "ScoredFigure"),
    ("Figures", "VerificationFigures"),
    ("Gain", "ImprovedScore"),
    ("ImportReport", "EnterpriseImportReport"),
    ("LeftOut", "LeftOutNode"),
    ("MissedRow", "MissedBand"),
    ("Missing", "MissingAnswers"),
    ("MissingSubstitute", "BackTestSubstitute"),
    ("Move", "BackTestMove"),
    ("Moved", "BackTestMovedIndex"),
    ("Origin", "WeightOrigin"),
    ("Outcome", "EnterpriseImportOutcome"),
    ("Place", "BackTestPlace"),
    ("Receiver", "WeightReceiver"),
    ("RegionCause", "BackTestRegionCause"),
    ("RegionChange", "BackTestRegionChange"),
    ("RegionClassChange", "BackTestRegionClassChange"),
    ("RegionClassScore", "BackTestRegionClass"),
    ("RegionIndicatorChange", "BackTestRegionIndicatorChange"),
    ("RegionIndicatorScore", "BackTestRegionIndicator"),
    ("RegionScored", "BackTestRegionIndex"),
    ("RegionTest", "BackTestRegion"),
    ("RowFault", "EnterpriseImportFault"),
    ("RowOutcome", "EnterpriseImportRow"),
    ("Scored", "ScoredResult"),
    ("Text", "Bilingual"),
    ("Zeroed", "ZeroedIndicator"),
];

/// The name in the document of a type with this name of its own.
pub(super) fn name_in_document(name: &str) -> &str {
    let named = NAMES.iter().find(|(own, _)| *own == name);
    named.map_or(name, |(_, name)| name)
}

/// The form of a type, with all that it refers to by name.
pub(super) struct Forms {
    /// The form itself, or a reference to it.
    pub(super) root: MetaSchemaRef,
    /// All forms that have a name.
    pub(super) named: Vec<(String, MetaSchema)>,
}

/// The form of a type.
pub(super) fn forms<T: JsonSchema>() -> Forms {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let root = generator.subschema_for::<T>().to_value();
    let mut translation = Translation::default();
    for (name, schema) in generator.take_definitions(false) {
        translation.name(name_in_document(&name).to_owned(), &schema);
    }
    let root = translation.form("", &root);
    let named = translation.named;
    Forms { root, named }
}

/// Which type a registered schema comes from, as far as the registry asks: a schema of another origin under the same name is
/// refused by it.
pub(super) const ORIGIN: &str = "typed";

#[derive(Default)]
struct Translation {
    named: Vec<(String, MetaSchema)>,
}

impl Translation {
    fn name(&mut self, name: String, schema: &Value) {
        let form = match self.form(&name, schema) {
            MetaSchemaRef::Inline(form) => *form,
            reference @ MetaSchemaRef::Reference(_) => MetaSchema {
                all_of: vec![reference],
                ..MetaSchema::ANY
            },
        };
        let form = MetaSchema {
            rust_typename: Some(ORIGIN),
            ..form
        };
        self.named.push((name, form));
    }

    /// The form that a schema states; members of a choice are named after the owner.
    fn form(&mut self, owner: &str, schema: &Value) -> MetaSchemaRef {
        let description = schema.get("description").and_then(Value::as_str).map(kept);
        if let Some(path) = schema.get("$ref").and_then(Value::as_str) {
            let own = path.rsplit('/').next().unwrap_or(path);
            return described(MetaSchemaRef::Reference(name_in_document(own).to_owned()), description);
        }
        let choice = ["oneOf", "anyOf"].iter().find_map(|key| schema.get(key)?.as_array());
        let form = match choice {
            Some(members) => {
                let members: Vec<&Value> = members.iter().filter(|member| !is_null(member)).collect();
                if let [only] = members.as_slice() {
                    let only = self.form(owner, only);
                    return described(only, description);
                }
                self.choice(owner, &members, description)
            }
            None => self.plain(owner, schema),
        };
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            description: form.description.or(description),
            ..form
        }))
    }

    fn choice(&mut self, owner: &str, members: &[&Value], description: Option<&'static str>) -> MetaSchema {
        if members.iter().all(|member| !words_of(member).is_empty()) {
            return enumeration(members, description);
        }
        let is_object = |member: &&Value| member.get("properties").is_some();
        if owner.is_empty() || !members.iter().all(is_object) {
            return MetaSchema {
                one_of: members.iter().map(|member| self.form(owner, member)).collect(),
                ..MetaSchema::ANY
            };
        }
        let tag = tag_of(members);
        let mut mapping = Vec::new();
        let mut one_of = Vec::new();
        for member in members {
            let word = match &tag {
                Some(tag) => member["properties"][tag]["const"].as_str(),
                None => member["required"][0].as_str(),
            };
            let name = format!("{owner}{}", in_capitals(word.unwrap_or_default()));
            self.name(name.clone(), &with_described_members(member));
            if tag.is_some() {
                mapping.push((
                    word.unwrap_or_default().to_owned(),
                    format!("#/components/schemas/{name}"),
                ));
            }
            one_of.push(MetaSchemaRef::Reference(name));
        }
        let discriminator = tag.map(|tag| MetaDiscriminatorObject {
            property_name: kept(&tag),
            mapping,
        });
        MetaSchema {
            one_of,
            discriminator,
            ..MetaSchema::ANY
        }
    }

    fn plain(&mut self, owner: &str, schema: &Value) -> MetaSchema {
        let number = |key: &str| schema.get(key).and_then(Value::as_f64);
        let count = |key: &str| {
            let count = schema.get(key).and_then(Value::as_u64);
            count.and_then(|count| usize::try_from(count).ok())
        };
        let format = schema.get("format").and_then(Value::as_str).map(|format| match format {
            "uint" => "uint64",
            "int" => "int64",
            other => kept(other),
        });
        let members = schema.get("properties").and_then(Value::as_object);
        let required = schema.get("required").and_then(Value::as_array);
        let is_there = |name: &&str| !members.is_some_and(|members| members.get(*name).is_some_and(may_be_null));
        let required = required.into_iter().flatten().filter_map(Value::as_str);
        MetaSchema {
            ty: kinds(schema).first().map_or("", |kind| kept(kind)),
            format,
            enum_items: words_of(schema).into_iter().map(Value::from).collect(),
            required: required.filter(is_there).map(kept).collect(),
            properties: members
                .into_iter()
                .flatten()
                .map(|(name, member)| (kept(name), self.form("", member)))
                .collect(),
            items: schema.get("items").map(|items| Box::new(self.form(owner, items))),
            additional_properties: schema
                .get("additionalProperties")
                .filter(|rest| rest.is_object())
                .map(|rest| Box::new(self.form(owner, rest))),
            minimum: number("minimum"),
            maximum: number("maximum"),
            min_items: count("minItems"),
            max_items: count("maxItems"),
            min_length: count("minLength"),
            max_length: count("maxLength"),
            pattern: schema.get("pattern").and_then(Value::as_str).map(str::to_owned),
            ..MetaSchema::ANY
        }
    }
}

/// A form with a description of its own, where it has one.
fn described(form: MetaSchemaRef, description: Option<&'static str>) -> MetaSchemaRef {
    match (form, description) {
        (form, None) => form,
        (MetaSchemaRef::Inline(form), description) => {
            MetaSchemaRef::Inline(Box::new(MetaSchema { description, ..*form }))
        }
        (reference, description) => MetaSchemaRef::Inline(Box::new(MetaSchema {
            description,
            all_of: vec![reference],
            ..MetaSchema::ANY
        })),
    }
}

/// A choice of words, each with what it means.
fn enumeration(members: &[&Value], description: Option<&'static str>) -> MetaSchema {
    let mut text = description.unwrap_or_default().to_owned();
    for member in members {
        if let Some(meaning) = member.get("description").and_then(Value::as_str) {
            for word in words_of(member) {
                let separator = if text.is_empty() { "" } else { "\n" };
                text = format!("{text}{separator}- `{word}`: {}", meaning.replace('\n', " "));
            }
        }
    }
    MetaSchema {
        ty: "string",
        description: Some(kept(&text)),
        enum_items: members
            .iter()
            .flat_map(|member| words_of(member))
            .map(Value::from)
            .collect(),
        ..MetaSchema::ANY
    }
}

/// The words that a schema admits, where it admits nothing else.
fn words_of(schema: &Value) -> Vec<&str> {
    let listed = schema.get("enum").and_then(Value::as_array);
    let constant = schema.get("const");
    listed
        .into_iter()
        .flatten()
        .chain(constant)
        .filter_map(Value::as_str)
        .collect()
}

/// The member that tells in each case which one it is.
fn tag_of(members: &[&Value]) -> Option<String> {
    let first = members.first()?["properties"].as_object()?;
    let in_all = |name: &&String| {
        let mut all = members.iter();
        all.all(|member| member["properties"][name.as_str()]["const"].is_string())
    };
    first.keys().find(in_all).cloned()
}

/// The same schema; a member without a description is described as the whole is.
fn with_described_members(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let description = schema.get("description").cloned();
    let members = schema.get_mut("properties").and_then(Value::as_object_mut);
    for member in members
        .into_iter()
        .flat_map(Map::values_mut)
        .filter_map(Value::as_object_mut)
    {
        if let Some(description) = &description {
            member.entry("description").or_insert_with(|| description.clone());
        }
    }
    schema
}

fn kinds(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(Value::as_str)
            .filter(|kind| *kind != "null")
            .collect(),
        _ => Vec::new(),
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

fn may_be_null(schema: &Value) -> bool {
    let listed = |key: &str| schema.get(key).and_then(Value::as_array);
    listed("type").is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"))
        || listed("anyOf").is_some_and(|members| members.iter().any(is_null))
}

/// `mean_shift` as `MeanShift`.
fn in_capitals(word: &str) -> String {
    let mut capital = true;
    let mut text = String::with_capacity(word.len());
    for c in word.chars() {
        if c == '_' {
            capital = true;
        } else if std::mem::take(&mut capital) {
            text.extend(c.to_uppercase());
        } else {
            text.push(c);
        }
    }
    text
}

/// The same text for as long as the program runs, kept once: the registry asks for such.
fn kept(text: &str) -> &'static str {
    static TEXTS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = texts.get(text) {
        return text;
    }
    let text: &'static str = Box::leak(text.into());
    texts.insert(text);
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[expect(dead_code, reason = "its form is looked at, it is never made")]
    #[derive(serde::Serialize, JsonSchema)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    enum Tagged {
        /// One.
        One,
        /// Two things.
        TwoThings {
            /// How many.
            count: u32,
            /// More.
            more: Option<String>,
        },
    }

    #[test]
    fn tagged_members_have_names_and_a_discriminator() {
        let forms = forms::<Tagged>();
        assert_eq!(forms.root, MetaSchemaRef::Reference("Tagged".to_owned()));
        let named: BTreeMap<String, MetaSchema> = forms.named.into_iter().collect();
        let discriminator = named["Tagged"].discriminator.as_ref().unwrap();
        assert_eq!(discriminator.property_name, "kind");
        assert_eq!(discriminator.mapping[1].1, "#/components/schemas/TaggedTwoThings");
        let two = &named["TaggedTwoThings"];
        assert_eq!(two.required, ["kind", "count"], "what may be null may be absent");
        assert!(
            two.properties
                .iter()
                .all(|(_, member)| member.unwrap_inline().description.is_some())
        );
    }
}
