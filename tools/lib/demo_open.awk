# Ends with 0 when every connection that clt was to open has opened or failed, by the last report of
# each. Variable: wanted.

is_type($0, "stats") {
    tried[FILENAME] = field($0, "open") + field($0, "closed") + field($0, "failed")
}

END {
    for (file in tried) {
        all += tried[file]
    }
    exit all < wanted
}
