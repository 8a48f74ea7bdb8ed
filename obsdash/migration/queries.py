"""Queries of data sources that changed how they are written."""

from itertools import count, product
from string import ascii_uppercase

from obsdash.migration.reading import Json, each_annotation, inner, objects

_METRIC = ("dimensions", "namespace", "region", "metricName")
_ANNOTATION = ("dimensions", "namespace", "region", "prefixMatching", "statistics")


def lettered(panel: Json) -> None:
    """Give each query a letter (schema 7, and whenever a panel is opened)."""
    targets = objects(panel.get("targets"))
    if targets and not targets[0].get("refId"):
        targets[0]["refId"] = "A"
    for target in targets:
        if not target.get("refId"):
            target["refId"] = _free_letter(targets)


def _free_letter(targets: list[Json]) -> str:
    taken = {str(target.get("refId")) for target in targets}
    words = (word for length in count(1) for word in product(ascii_uppercase, repeat=length))
    return next(name for word in words if (name := "".join(word)) not in taken)


def influx(panel: Json) -> None:
    """Take an InfluxDB query's fields apart (schema 8)."""
    for target in objects(panel.get("targets")):
        if not all(target.get(key) for key in ("fields", "tags", "groupBy")):
            continue
        fields, fill = objects(target.pop("fields")), target.pop("fill", None)
        if target.get("rawQuery"):
            continue
        target["select"] = [_selected(field) for field in fields]
        groups = target["groupBy"]
        for group in objects(groups):
            for kind, key in (("time", "interval"), ("tag", "key")):
                if group.get("type") == kind and group.get(key):
                    group["params"] = [group.pop(key)]
        if fill and isinstance(groups, list):
            groups.append({"type": "fill", "params": [fill]})


def _selected(field: Json) -> list[Json]:
    parts: list[Json] = [
        {"type": "field", "params": [field.get("name")]},
        {"type": field.get("func"), "params": []},
    ]
    if field.get("mathExpr"):
        parts.append({"type": "math", "params": [field["mathExpr"]]})
    if field.get("asExpr"):
        parts.append({"type": "alias", "params": [field["asExpr"]]})
    return parts


def cloudwatch(panel: Json) -> None:
    """Ask CloudWatch for one statistic a query (schema 34)."""
    targets = objects(panel.get("targets"))
    for target in [one for one in targets if all(key in one for key in _METRIC)]:
        target.setdefault("metricQueryType", 0)
        written = target["metricQueryType"] == 1 or bool(target.get("expression"))
        target.setdefault("metricEditorMode", int(written))
        if "statistics" not in target:
            continue
        first, *others = _statistics(target)
        target.update({"statistic": first} if first else {})
        for other in others:
            targets.append({**target, "statistic": other, "refId": _free_letter(targets)})
        panel["targets"] = targets


def _statistics(holder: Json) -> list[object]:
    found = holder.pop("statistics")
    return found if isinstance(found, list) and found else [None]


def cloudwatch_annotations(dashboard: Json) -> None:
    """Ask CloudWatch for one statistic an annotation (schema 34)."""
    found = each_annotation(dashboard)
    for annotation in [one for one in found if all(key in one for key in _ANNOTATION)]:
        first, *others = _statistics(annotation)
        name = annotation.get("name")
        for other in others:
            found.append({**annotation, "statistic": other, "name": f"{name} - {other}"})
        annotation.update({"statistic": first} if first else {})
        if others:
            annotation["name"] = f"{name} - {first}"
        inner(dashboard, "annotations")["list"] = found
