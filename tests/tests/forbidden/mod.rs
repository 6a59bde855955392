//! A filter for the calls of a thread.

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};

/// From here on these calls fail with that error in this thread: all of them, or those whose first argument
/// is greater than that.
pub(crate) fn refuse(calls: &[libc::c_long], error: libc::c_int, above: Option<u64>) {
    let rules: Vec<SeccompRule> = above
        .map(|limit| {
            let size = SeccompCmpArgLen::Dword;
            let greater = SeccompCondition::new(0, size, SeccompCmpOp::Gt, limit).unwrap();
            SeccompRule::new(vec![greater]).unwrap()
        })
        .into_iter()
        .collect();
    let rules = calls.iter().map(|&call| (call, rules.clone())).collect();
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(error.try_into().unwrap()),
        std::env::consts::ARCH.try_into().unwrap(),
    );
    apply_filter(&BpfProgram::try_from(filter.unwrap()).unwrap()).unwrap();
}
