#pragma once

// How much memory the process occupies.

namespace bench {

// Now; where there is no /proc, the most that it ever did. (On Linux that most would count what the
// process had before it became this program.)
double resident_bytes();

} // namespace bench
