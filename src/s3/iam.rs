//! What IAM says of the caller's own policies.

use aws_sdk_iam::types::PolicyEvaluationDecisionType as Said;

use super::client::{Call, Store};
use super::credentials::has_endpoint;
use crate::model::access::trial::{Decision, Simulated};
use crate::model::access::who::{Kind, Principal};
use crate::model::error::Error;

impl Store {
    /// Returns whether IAM may be asked: at Amazon, or where an endpoint for it is configured.
    pub fn may_simulate(&self) -> bool {
        self.is_signed() && (self.is_amazon() || has_endpoint(&self.session().found.sdk, "IAM"))
    }

    /// Asks what the caller's own policies say to some actions on a bucket and on an object: to each action for the one of
    /// both that it is done to.
    pub async fn simulate(&self, principal: &Principal, actions: &[(&str, String)]) -> Result<Vec<Simulated>, Error> {
        let client = aws_sdk_iam::Client::new(&self.session().found.sdk);
        let source = self.source_of(&client, principal).await;
        let call = Call::service("simulate the policies of", "the caller", "iam:SimulatePrincipalPolicy");
        let mut resources: Vec<_> = actions.iter().map(|(_, resource)| resource.clone()).collect();
        resources.sort();
        resources.dedup();
        let names: Vec<_> = actions.iter().map(|(name, _)| (*name).to_owned()).collect();
        let send = |_| {
            client
                .simulate_principal_policy()
                .policy_source_arn(&source)
                .set_action_names(Some(names.clone()))
                .set_resource_arns(Some(resources.clone()))
                .send()
        };
        let output = self.call(&call, send).await?;
        let is_meant = |name: &str, on: Option<&str>| {
            actions.iter().any(|(own, resource)| own.eq_ignore_ascii_case(name) && Some(resource.as_str()) == on)
        };
        let results = output.evaluation_results().iter();
        let meant = results.filter(|result| is_meant(result.eval_action_name(), result.eval_resource_name()));
        Ok(meant
            .map(|result| {
                let missing = result.missing_context_values();
                let decision = match result.eval_decision() {
                    // An operator such as StringNotLike holds of a key that is absent.
                    Said::ExplicitDeny if !missing.is_empty() => Decision::DeniedWithout(missing.to_vec()),
                    Said::ExplicitDeny => Decision::Denied,
                    _ if !missing.is_empty() => Decision::Open(missing.to_vec()),
                    Said::Allowed => Decision::Allowed,
                    _ => Decision::NotAllowed,
                };
                Simulated { action: result.eval_action_name().to_owned(), decision }
            })
            .collect())
    }

    /// Returns whose policies are meant: of a session, those of its role, whose path only IAM knows.
    async fn source_of(&self, client: &aws_sdk_iam::Client, principal: &Principal) -> String {
        let Kind::Session { role, .. } = &principal.kind else { return principal.arn.clone() };
        let call = Call::service("look up", "the caller's role", "iam:GetRole");
        let found = self.call(&call, |_| client.get_role().role_name(role).send()).await;
        let arn = found.ok().and_then(|output| output.role().map(|role| role.arn().to_owned()));
        arn.unwrap_or_else(|| principal.role_arn().unwrap_or_else(|| principal.arn.clone()))
    }
}
