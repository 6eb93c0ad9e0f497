#include <iapp/actors/offload.hpp>

#include <iapp/actors/actor_error.hpp>
#include <iapp/actors/offload_pool.hpp>
#include <iapp/mailbox/log.hpp>

#include <exception>
#include <new>

namespace iapp {

namespace {

std::error_code report_thrown(std::string_view function, const char* what) noexcept {
    write_log(log_level::error, log_record::no_worker, "the offloaded %.*s failed: %s",
              static_cast<int>(function.size()), function.data(), what);
    return actor_error::threw;
}

} // namespace

std::error_code detail::error_of_offloaded(std::string_view function) noexcept {
    try {
        throw;
    } catch (const std::system_error& e) {
        return e.code() ? e.code() : report_thrown(function, e.what());
    } catch (const std::bad_alloc&) {
        return std::make_error_code(std::errc::not_enough_memory);
    } catch (const std::exception& e) {
        return report_thrown(function, e.what());
    } catch (...) {
        return report_thrown(function, "an exception that is no std::exception");
    }
}

std::error_code worker_loop::submit_offload(offload_job& job) {
    offload_pool* const pool = system_.offloads();
    const std::error_code why =
        pool == nullptr ? std::make_error_code(std::errc::not_supported) : pool->submit(job);
    ++(why ? counters_.offloads_refused : counters_.offloads_started);
    return why;
}

void worker_loop::offload_over(offload_job& job, fate what) noexcept {
    // Unlinked: its actor has ended, and `owner` with it.
    const bool wanted = what == fate::deliver && job.is_linked() && !job.owner->stopping;
    if (job.is_linked()) {
        job.unlink();
    }
    ++(wanted ? counters_.offloads_ran : counters_.offloads_dropped);
    if (wanted) {
        job.complete(job);
    }
}

} // namespace iapp
