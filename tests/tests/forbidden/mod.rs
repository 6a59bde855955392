//! A filter for the calls of a thread.

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};

/// From here on these calls fail with that error in this thread: all of them, or those whose first argument
/// is greater than that.
pub(crate) fn refuse(calls: &[libc::c_long], error: libc::c_int, above: Option<u64>) {
    let size = SeccompCmpArgLen::Dword;
    let greater = |limit| SeccompCondition::new(0, size, SeccompCmpOp::Gt, limit).unwrap();
    refuse_if(calls, error, above.map(greater));
}

/// From here on these calls fail with that error in this thread if their argument of that number is zero.
#[allow(dead_code, reason = "each test takes what it needs")]
pub(crate) fn refuse_without(calls: &[libc::c_long], error: libc::c_int, argument: u8) {
    let size = SeccompCmpArgLen::Qword;
    let zero = SeccompCondition::new(argument, size, SeccompCmpOp::Eq, 0).unwrap();
    refuse_if(calls, error, Some(zero));
}

fn refuse_if(calls: &[libc::c_long], error: libc::c_int, condition: Option<SeccompCondition>) {
    let rule = condition.map(|condition| SeccompRule::new(vec![condition]).unwrap());
    let rules: Vec<SeccompRule> = rule.into_iter().collect();
    let rules = calls.iter().map(|&call| (call, rules.clone())).collect();
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(error.try_into().unwrap()),
        std::env::consts::ARCH.try_into().unwrap(),
    );
    apply_filter(&BpfProgram::try_from(filter.unwrap()).unwrap()).unwrap();
}
