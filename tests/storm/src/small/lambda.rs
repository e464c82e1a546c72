//! Lambda: environments that are started when none is idle, invocations that may be killed, retries.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_config::SdkConfig;
use lambda_runtime::{Context, LambdaEvent};
use secure_pause::config::Config;
use secure_pause::function::Function;
use secure_pause::request::Payload;
use serde_json::Value;
use tokio::time::timeout;

use super::history::Ended;
use super::time::played;

/// What the template gives an invocation, in seconds of life.
const TIMEOUT: f64 = 30.0;

/// The function as Lambda runs it.
pub struct Lambda {
    config: Config,
    aws: SdkConfig,
    idle: RefCell<Vec<Rc<Function>>>,
}

impl Lambda {
    pub fn new(config: Config, aws: SdkConfig) -> Self {
        Self { config, aws, idle: RefCell::default() }
    }

    /// Invokes it in an environment of its own; `killed`: after so many seconds of life the environment is no
    /// more, whatever it was doing.
    pub async fn invoke(&self, payload: &Value, killed: Option<f64>) -> Ended {
        let idle = self.idle.borrow_mut().pop();
        let function = match idle {
            Some(function) => function,
            None => Rc::new(Function::start(Ok(self.config.clone()), |_| Ok(self.aws.clone())).await),
        };
        let mut context = Context::default();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        context.deadline = (now + played(TIMEOUT)).as_millis().try_into().unwrap_or(u64::MAX);
        let invocation = function.invoke(LambdaEvent::new(Payload(payload.clone()), context));
        let life = killed.map_or(Duration::MAX, played);
        match timeout(life, invocation).await {
            Err(_killed) => Ended::Killed,
            Ok(result) => {
                self.idle.borrow_mut().push(function);
                match result {
                    Ok(answer) => Ended::Answered(answer),
                    Err(error) => Ended::Failed(error.name()),
                }
            }
        }
    }
}
