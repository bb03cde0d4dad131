//! `settings BUCKET lifecycle --preview`: what the rules would do today.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Settings, read};
use crate::cli::progress::Display;
use crate::cli::session::{Session, Stop};
use crate::cli::settings::change::load_document;
use crate::model::document::DocumentKind;
use crate::model::document::forecast::{Forecast, RuleForecast};
use crate::model::job::{Report, Request};
use crate::model::name::BucketName;
use crate::model::progress::Progress;
use crate::model::text::visible;

/// Prints what the rules that are set, or those of a file, would do today.
pub async fn preview(
    session: &mut Session<'_>,
    settings: &Settings,
    bucket: BucketName,
    kind: DocumentKind,
) -> Result<(), Stop> {
    if kind != DocumentKind::Lifecycle {
        return Err(Stop::Use("--preview is for lifecycle rules: settings s3://bucket lifecycle --preview".to_owned()));
    }
    let document = match &settings.document {
        Some(from) => Some(load_document(session, kind, from).await?),
        None => read(session, bucket.clone(), kind).await?,
    };
    let Some(document) = document else {
        session.output.line(kind.facts().unset).await?;
        return session.output.flush().await;
    };
    let problems = kind.facts().problems(&document, None);
    if let Some(problem) = problems.first().filter(|_| settings.document.is_some()) {
        return Err(Stop::Use(format!("S3 would not take these rules: {problem}")));
    }
    let sentences = kind.facts().summary(Some(&document));
    let forecast = forecast(session, settings, bucket, document).await?;
    if settings.json {
        session.output.json(&value(&forecast)).await?;
        return session.output.flush().await;
    }
    for (rule, sentence) in forecast.rules.iter().zip(sentences) {
        session.output.line(&format!("{}: {}", visible(&rule.name), visible(&sentence))).await?;
        for sentence in rule.sentences() {
            session.output.line(&format!("  {}", visible(&sentence.text))).await?;
        }
    }
    for doubt in forecast.doubts() {
        session.output.line(&format!("not known: {}", visible(&doubt))).await?;
    }
    session.output.flush().await
}

/// Asks for the totals, and shows how much was looked at.
async fn forecast(
    session: &mut Session<'_>,
    settings: &Settings,
    bucket: BucketName,
    document: Value,
) -> Result<Forecast, Stop> {
    let document = Box::new(document);
    let asked = session.ask(|ticket| Request::ForecastLifecycle { ticket, bucket, document });
    let (mut display, progress) = (Display::new(settings.json), Arc::new(Progress::default()));
    progress.begin("looking");
    display.follow(Arc::clone(&progress));
    let mut seen = 0;
    loop {
        let report = tokio::select! {
            biased;
            report = session.report() => report,
            () = display.tick() => continue,
        };
        match report {
            Report::Forecast { ticket, forecast } if ticket == asked => {
                progress.add_total(forecast.seen - seen, 0);
                seen = forecast.seen;
                if forecast.is_complete {
                    return Ok(*forecast);
                }
            }
            Report::Failed { ticket, error } if ticket == asked => return Err(error.into()),
            _ => {}
        }
    }
}

fn value(forecast: &Forecast) -> Value {
    let rule = |rule: &RuleForecast| {
        let deeds: Vec<_> = rule
            .deeds
            .iter()
            .map(|(deed, touched)| {
                json!({ "action": deed.name(), "class": deed.class(), "items": touched.items, "bytes": touched.bytes })
            })
            .collect();
        json!({
            "rule": rule.name,
            "enabled": !rule.is_off,
            "today": deeds,
            "untold": { "items": rule.untold.items, "bytes": rule.untold.bytes },
        })
    };
    let rules: Vec<_> = forecast.rules.iter().map(rule).collect();
    json!({ "seen": forecast.seen, "rules": rules, "unknown": forecast.doubts() })
}
