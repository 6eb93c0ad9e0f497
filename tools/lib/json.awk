# For the scripts in tools/: fields of JSON objects as our programs print them, one a line, and
# numbers for people.

# The value of the line's first field of that name (numbers, true, false, text without commas).
function field(line, name, value) {
    if (!match(line, "\"" name "\":[^,}]*")) {
        return ""
    }
    value = substr(line, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
    gsub(/"/, "", value)
    return value
}

function is_type(line, type) {
    return index(line, "{\"type\":\"" type "\"") == 1 && line ~ /}$/
}

# "1.5 MB", "312 B": powers of 1000, three digits.
function readable_bytes(bytes, unit, units) {
    split("B kB MB GB TB PB", units, " ")
    for (unit = 1; bytes >= 1000 && unit < 6; ++unit) {
        bytes /= 1000
    }
    return sprintf(unit == 1 || bytes >= 100 ? "%.0f %s" : bytes >= 10 ? "%.1f %s" : "%.2f %s",
                   bytes, units[unit])
}
