"""The form of a flow as far as it is walked: what is not here is refused, so that nothing is walked past."""

from expressions import Unknown

# The settings of each action, and its outputs.
CALL = ({"name", "category", "timeout"}, {"success", "failure", "timeout"})
ACTIONS = {
    "callData": CALL,
    "callDataSecure": CALL,
    "collectInput": (
        {"name", "inputData", "digits", "interDigitTimeout", "noEntryTimeout", "inputAudio", "acceptJustStar",
         "acceptJustPound", "includeTerminatingDtmfInResultData", "verificationType"},
        {"success", "failure"}),
    "decision": ({"name", "condition"}, {"yes", "no"}),
    "updateData": ({"name", "statements"}, set()),
    "playAudio": ({"name", "audio"}, set()),
    "jumpToTask": ({"name", "targetTaskRef"}, set()),
    "returnToAgent": ({"name"}, set()),
    "disconnect": ({"name"}, set()),
}
FLOW = {
    "name", "description", "division", "defaultLanguage", "supportedLanguages", "startUpRef", "initialGreeting",
    "variables", "settingsActionDefaults", "settingsErrorHandling", "settingsPrompts", "tasks",
}
TASK = {"name", "refId", "variables", "actions"}
VARIABLE = {"name", "initialValue", "isSecure", "isInput", "isOutput"}


def only(known, settings, where):
    if set(settings) - known:
        raise Unknown(f"{', '.join(sorted(set(settings) - known))} in {where}")
