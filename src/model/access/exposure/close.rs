//! Makes a place private: takes away what opens it, or holds all back that is public in its bucket.
//!
//! Rules: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", "Access control list (ACL) overview".

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Choice, Part, Plan, Scope, Standing, Step};
use crate::model::access::acl::{ALL_USERS, AUTHENTICATED_USERS};
use crate::model::access::action::{Action, Target};
use crate::model::access::case::Given;
use crate::model::access::document::{Effect, Names, Policy, Statement};
use crate::model::access::finding::{Answer, Finding, Layer};
use crate::model::access::layers::Layers;
use crate::model::access::pattern::Reach;
use crate::model::access::principal::{Named, Principals};
use crate::model::access::truth::Truth;
use crate::model::access::who::Who;
use crate::model::access::word::{Access, Fact};
use crate::model::document::DocumentKind;
use crate::model::document::addition::free_name;

/// All four settings of Block Public Access.
const SETTINGS: [&str; 4] = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];

/// Returns the answer of the stranger who gets furthest, whatever the request brings. What only a condition lets in is let
/// in, unless Amazon calls it not public: that is somebody's choice of whom to let in.
pub(super) fn furthest(scope: &Scope, layers: &Layers, now: Timestamp) -> Finding {
    let given = Given { is_open: true, now, ..Given::default() };
    let is_by_object =
        matches!(scope.part, Part::Below(_)) && layers.acls_are_disabled() != Truth::Yes && !layers.ignores_acls();
    let furthest = reached(scope, layers, &given);
    if is_by_object && weight(&furthest) < DEPENDS {
        return Finding::new(Answer::Depends, Layer::ObjectAcl, "the ACL of each object says so for itself");
    }
    if furthest.answer == Answer::Yes
        || (furthest.answer == Answer::Depends && (is_by_object || layers.word(&scope.extent()) != Access::NotPublic))
        || furthest.answer == Answer::Unknown
    {
        return furthest;
    }
    let mut because = furthest.because;
    if furthest.answer == Answer::Depends {
        because = format!("it is not public, but a condition lets callers in: {because}");
    }
    if let Some(words) = of_bucket(scope, layers, &given) {
        because = format!("{because}; but with the bucket itself strangers may do something: {words}");
    }
    Finding { answer: Answer::No, because, ..furthest }
}

/// Says what strangers may do with the bucket itself, which what is only about objects in it leaves as it is.
fn of_bucket(scope: &Scope, layers: &Layers, given: &Given) -> Option<String> {
    if scope.part == Part::Whole {
        return None;
    }
    let place = scope.extent();
    let of_bucket = |action: &Action| action.target == Target::Bucket && !action.creates_bucket();
    [Who::Anonymous, Who::AnyUser].into_iter().find_map(|who| {
        Action::all().filter(of_bucket).find_map(|action| {
            let finding = layers.judge(&place, &who, action, given).finding;
            (finding.answer == Answer::Yes).then(|| format!("{who}, {}: {}", action.name, finding.because))
        })
    })
}

/// The weight of an answer that depends.
const DEPENDS: u8 = 3;

fn weight(finding: &Finding) -> u8 {
    match finding.answer {
        Answer::Yes => 4,
        Answer::Depends => DEPENDS,
        Answer::Unknown => 2,
        Answer::No => u8::from(finding.is_held_back),
    }
}

fn reached(scope: &Scope, layers: &Layers, given: &Given) -> Finding {
    let place = scope.extent();
    let nothing = match scope.part {
        Part::Whole => "nothing lets strangers in",
        Part::Below(_) => "nothing lets strangers do anything with its objects",
        Part::Object(_) => "nothing lets strangers do anything with the object",
    };
    let mut furthest = Finding::new(Answer::No, Layer::None, nothing);
    for who in [Who::Anonymous, Who::AnyUser] {
        for action in Action::all().filter(|action| scope.part == Part::Whole || action.target == Target::Object) {
            let finding = layers.judge(&place, &who, action, given).finding;
            if weight(&finding) > weight(&furthest) {
                furthest = Finding { because: format!("{who}, {}: {}", action.name, finding.because), ..finding };
            }
        }
    }
    furthest
}

pub(super) fn plan(scope: &Scope, layers: &Layers, standing: &Standing, now: Timestamp) -> Plan {
    let standing_answer = furthest(scope, layers, now);
    if standing_answer.answer == Answer::No {
        return Plan { is_reached: true, notes: vec![standing_answer.because], ..Plan::default() };
    }
    let mut plan = Plan::default();
    for choice in [by_grants(scope, layers, standing), by_block(scope, layers, standing)].into_iter().flatten() {
        let then = furthest(scope, &layers.after(&choice), now);
        match then.answer {
            Answer::No => {}
            Answer::Depends | Answer::Unknown => {
                plan.notes.push(format!("{}: it is not certain to be closed then: {}", choice.name, then.because));
            }
            Answer::Yes => {
                plan.notes.push(format!("{} would not close it: {}", choice.title, then.because));
                continue;
            }
        }
        plan.choices.push(choice);
    }
    plan
}

/// Takes away the statements and grants that open it.
fn by_grants(scope: &Scope, layers: &Layers, standing: &Standing) -> Option<Choice> {
    let (mut steps, mut besides, mut titles) = (Vec::new(), Vec::new(), Vec::new());
    if let (Some(policy), Fact::Known(document)) = (layers.policy.known(), &standing.policy)
        && let Some(narrowed) = narrowed(scope, policy, document)
    {
        titles.push(format!("take what opens it out of the bucket policy ({})", narrowed.labels.join(", ")));
        besides.extend(narrowed.besides);
        let (before, after) = (Some(document.clone()), narrowed.after);
        steps.push(Step::Document { kind: DocumentKind::Policy, before, after });
    }
    if let Fact::Known(acl) = &standing.acl
        && let Some((after, taken)) = without_strangers(scope, layers, acl)
    {
        titles.push("take the grants to everyone out of the bucket's ACL".to_owned());
        if scope.part != Part::Whole {
            besides.push(format!("the bucket's ACL no longer grants {} to strangers anywhere in it", taken.join(", ")));
        }
        steps.push(Step::Document { kind: DocumentKind::Acl, before: Some(acl.clone()), after: Some(after) });
    }
    if let (Part::Object(_), Some(before)) = (&scope.part, layers.object_acl.known())
        && before.is_public()
        && layers.acls_are_disabled() != Truth::Yes
        && !layers.ignores_acls()
    {
        titles.push("take the grants to everyone out of the object's ACL".to_owned());
        let mut after = before.clone();
        after.grants.retain(|grant| !grant.is_public());
        steps.push(Step::ObjectAcl { before: before.clone(), after });
    }
    (!steps.is_empty()).then(|| Choice { name: "grants", title: titles.join(", and "), steps, besides })
}

/// What is left of a policy.
struct Narrowed {
    after: Option<Value>,
    labels: Vec<String>,
    besides: Vec<String>,
}

/// Returns a policy of which no public statement reaches the scope; nothing if none does.
fn narrowed(scope: &Scope, policy: &Policy, document: &Value) -> Option<Narrowed> {
    let mut after = document.clone();
    let statements = match after.get_mut("Statement")? {
        Value::Array(statements) => std::mem::take(statements),
        one => vec![one.take()],
    };
    let (mut kept, mut labels, mut besides) = (Vec::new(), Vec::new(), Vec::new());
    for (value, statement) in statements.into_iter().zip(&policy.statements) {
        if !opens(scope, policy, statement) {
            kept.push(value);
            continue;
        }
        let label = statement.label().to_string();
        let is_everyone = statement.principals.as_ref().is_some_and(Principals::are_everyone);
        besides.extend(
            beyond(scope, policy, statement)
                .map(|opened| format!("{label} lets everyone {opened}, which is closed outside of {scope} as well")),
        );
        let named = for_named(value.clone()).filter(|_| is_everyone);
        let rest = remainder(scope, policy, statement, value);
        // Both are of one statement, and no two statements may have one name.
        let named = named.map(|named| if rest.is_some() { renamed(named, document) } else { named });
        kept.extend(rest.into_iter().chain(named));
        labels.push(label);
    }
    if labels.is_empty() {
        return None;
    }
    let is_left = !kept.is_empty();
    after.as_object_mut()?.insert("Statement".to_owned(), Value::Array(kept));
    Some(Narrowed { after: is_left.then_some(after), labels, besides })
}

/// Returns what a statement gives to those whom it names beside everyone; nothing if there are none.
fn for_named(mut value: Value) -> Option<Value> {
    let principals = value.get_mut("Principal")?.as_object_mut()?;
    for names in principals.values_mut() {
        match names {
            Value::Array(names) => names.retain(|name| name != "*"),
            name if name == "*" => *name = json!([]),
            _ => {}
        }
    }
    principals.retain(|_, names| names.as_array().is_none_or(|names| !names.is_empty()));
    (!principals.is_empty()).then_some(value)
}

/// Returns a statement with a name that no statement of the policy has; one without a name needs none.
fn renamed(mut statement: Value, policy: &Value) -> Value {
    if let Some(Value::String(name)) = statement.get_mut("Sid") {
        *name = free_name(policy.get("Statement").unwrap_or(&Value::Null), "Sid", name);
    }
    statement
}

/// Returns whether a statement lets strangers in here. One that Amazon does not call public, because a condition says who,
/// is none of these.
fn opens(scope: &Scope, policy: &Policy, statement: &Statement) -> bool {
    let is_of_objects =
        || Action::all().any(|own| own.target == Target::Object && statement.actions.mean_action(own.name));
    let reaches = match scope.part {
        Part::Whole => true,
        _ => scope.reach_of(policy, statement) != Reach::None && is_of_objects(),
    };
    statement.effect == Effect::Allow && !statement.is_public().is_no() && reaches
}

/// Returns what a statement opens outside of the scope by the very names that open the scope.
fn beyond(scope: &Scope, policy: &Policy, statement: &Statement) -> Option<String> {
    if scope.part == Part::Whole {
        return None;
    }
    if statement.resources.is_negated {
        return Some(statement.opening());
    }
    let has_variables = policy.has_variables();
    let is_wide = |name: &&String| scope.reach(name, has_variables) != Reach::None && !scope.holds(name, has_variables);
    let wide: Vec<_> = statement.resources.names.iter().filter(is_wide).cloned().collect();
    let narrow = Statement { resources: Names { names: wide, is_negated: false }, ..statement.clone() };
    (!narrow.resources.names.is_empty()).then(|| narrow.opening())
}

/// Returns what is left of a statement without the resources that reach the scope; nothing if it has no others.
fn remainder(scope: &Scope, policy: &Policy, statement: &Statement, mut value: Value) -> Option<Value> {
    if scope.part == Part::Whole || statement.resources.is_negated {
        return None;
    }
    let stays = |name: &&String| scope.reach(name, policy.has_variables()) == Reach::None;
    let names: Vec<_> = statement.resources.names.iter().filter(stays).cloned().collect();
    if names.is_empty() {
        return None;
    }
    let whole = Scope { part: Part::Whole, ..scope.clone() };
    let reaches_objects = names.iter().any(|name| whole.reach(name, policy.has_variables()) != Reach::None);
    let fields = value.as_object_mut()?;
    if !reaches_objects && !statement.actions.is_negated {
        // S3 refuses a statement of which an action fits no resource ("Action does not apply to any resource(s)").
        let actions: Vec<_> = statement.actions.names.iter().filter(|name| is_of_bucket(name)).cloned().collect();
        if actions.is_empty() {
            return None;
        }
        fields.insert("Action".to_owned(), json!(actions));
    }
    fields.insert("Resource".to_owned(), json!(names));
    Some(value)
}

fn is_of_bucket(name: &str) -> bool {
    let names = Names { names: vec![name.to_owned()], is_negated: false };
    Action::all().any(|own| own.target == Target::Bucket && names.mean_action(own.name))
}

impl Statement {
    /// Returns whether it names somebody beside everyone.
    fn names_others(&self) -> bool {
        let is_other = |named: &Named| *named != Named::Everyone;
        self.principals.as_ref().is_some_and(|own| !own.is_negated && own.named.iter().any(is_other))
    }
}

/// Returns an ACL without its grants to strangers, and what they granted; nothing if they are of no effect here.
fn without_strangers(scope: &Scope, layers: &Layers, acl: &Value) -> Option<(Value, Vec<String>)> {
    if layers.acls_are_disabled() == Truth::Yes || layers.ignores_acls() {
        return None;
    }
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let is_stranger = |grant: &Value| {
        let uri = grant.get("Grantee").map(|grantee| text(grantee, "URI")).unwrap_or_default();
        // That keys may be listed opens no object.
        let counts =
            scope.part == Part::Whole || ["WRITE", "FULL_CONTROL"].contains(&text(grant, "Permission").as_str());
        [ALL_USERS, AUTHENTICATED_USERS].contains(&uri.as_str()) && counts
    };
    let mut after = acl.clone();
    let grants = after.get_mut("Grants")?.as_array_mut()?;
    let taken: Vec<_> = grants.iter().filter(|own| is_stranger(own)).map(|own| text(own, "Permission")).collect();
    grants.retain(|grant| !is_stranger(grant));
    (!taken.is_empty()).then_some((after, taken))
}

/// Switches Block Public Access on for the bucket.
fn by_block(scope: &Scope, layers: &Layers, standing: &Standing) -> Option<Choice> {
    let before = match &standing.block {
        Fact::Known(block) => Some(block.clone()),
        Fact::Absent => None,
        Fact::Unread(_) | Fact::Unasked => return None,
    };
    let mut after = before.as_ref().and_then(Value::as_object).cloned().unwrap_or_else(Map::new);
    for name in SETTINGS {
        after.insert(name.to_owned(), Value::Bool(true));
    }
    let after = Some(Value::Object(after));
    if before == after {
        return None;
    }
    let mut besides = Vec::new();
    if let Some(policy) = layers.policy.known().filter(|policy| !policy.is_public().is_no()) {
        let allowing = |own: &&Statement| own.effect == Effect::Allow;
        let (public, named): (Vec<_>, Vec<_>) =
            policy.statements.iter().filter(allowing).partition(|own| !own.is_public().is_no());
        let is_more = |own: &&&Statement| beyond(scope, policy, own).is_some() || !opens(scope, policy, own);
        besides.extend(
            public
                .iter()
                .filter(is_more)
                .map(|own| format!("{} no longer lets everyone {}", own.label(), own.opening())),
        );
        let mixed = public.iter().filter(|own| own.names_others());
        besides.extend(named.iter().chain(mixed).map(|own| {
            let words =
                "no longer lets other accounts in while the policy is public (AWS services and the own account stay)";
            format!("{} {words}", own.label())
        }));
    }
    if layers.acls_are_disabled() != Truth::Yes {
        besides.push("no grant of an ACL to everyone counts in the bucket any more".to_owned());
    }
    let title = "switch Block Public Access on for the whole bucket".to_owned();
    Some(Choice {
        name: "block",
        title,
        steps: vec![Step::Document { kind: DocumentKind::PublicAccessBlock, before, after }],
        besides,
    })
}
