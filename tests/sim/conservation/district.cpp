#include "sim/conservation/district.hpp"

#include "sim/conservation/citizen.hpp"

namespace iapp::test::conservation {

namespace {

using namespace std::chrono_literals;

worker_limits any_limits(town& all) {
    worker_limits limits;
    if (all.chance(400)) {
        limits.ring_messages_max = 2 + all.below(16);
        limits.outbox_messages_max = 4 + all.below(64);
        limits.local_messages_max = 4 + all.below(64);
    }
    if (all.chance(200)) {
        limits.asks_max = 1 + all.below(20);
        limits.credit_lines_max = 1 + all.below(4);
        limits.tasks_per_actor_max = static_cast<std::uint16_t>(1 + all.below(3));
    }
    return limits;
}

void make_queues(town& all, district& in) {
    for (unsigned i = 0; i < queues_each; ++i) {
        in.options[i] = {.limit = all.chance(500) ? 0 : 1 + all.below(8),
                         .when_full = static_cast<overflow>(all.below(3)),
                         .replay_last = all.chance(300)};
        in.numbers[i] = all.publications.add();
        const bool named = !titles[i].empty();
        if (i % 2 == 0) {
            in.headlines[i / 2] = named ? *in.program->queue<headline>(titles[i], in.options[i])
                                        : in.program->make_queue<headline>(in.options[i]);
        } else {
            in.articles[i / 2] = named ? *in.program->queue<article>(titles[i], in.options[i])
                                       : in.program->make_queue<article>(in.options[i]);
        }
    }
}

} // namespace

void open_district(town& all) {
    sim_world& world = *all.world;
    district& in = all.districts.emplace_back();
    in.workers = 1 + all.below(4);
    const auto watch = [&world](const dead_letter_note& note) {
        world.require(note.message != type_name<goods>() || note.why != dead_letter::refused,
                      "what is sent under a credit is not refused");
    };
    in.program = &world.add_system(
        world.add_host(), {.workers = in.workers,
                           .limits = any_limits(all),
                           .dead_letter_observer = watch,
                           .offload = {.threads = all.offloads ? 1U : 0U, .queue_max = 3}});
    make_queues(all, in);
}

void settle_people(town& all, unsigned district) {
    iapp::system& program = *all.districts[district].program;
    for (std::uint32_t i = 1 + all.below(5); i > 0; --i) {
        const spawn_options options{.on = any_place(all, all.districts[district].workers),
                                    .mailbox = any_mailbox(all)};
        if (all.chance(300)) {
            program.spawn<elder>(options, std::ref(all), district, nameless);
        } else {
            program.spawn<citizen>(options, std::ref(all), district, nameless);
        }
    }
}

void publish_in(town& all, unsigned district, std::uint32_t publisher, std::uint32_t hops,
                bool from_outside) {
    const conservation::district& in = all.districts[district];
    const unsigned queue = all.below(queues_each);
    const headline head = all.publications.begin(in.numbers[queue], publisher, hops);
    const bool taken = queue % 2 == 0 ? in.headlines[queue / 2].publish(head)
                                      : in.articles[queue / 2].publish(article{
                                            head, std::vector<std::uint64_t>(head.number % 7)});
    all.publications.published(head, taken, from_outside);
}

void close_district(town& all, unsigned district) {
    conservation::district& in = all.districts[district];
    all.require(static_cast<bool>(in.program->stop(1h)), "the system stops");
    in.stopped = true;
    for (unsigned i = 0; i < queues_each; ++i) {
        all.publications.check_counters(in.numbers[i], in.counters(i));
    }
}

void check_complete(const town& all, const district& in) {
    for (unsigned i = 0; i < queues_each; ++i) {
        all.publications.check_complete(in.numbers[i], in.counters(i));
    }
}

void check_names(town& all, unsigned district) {
    for (unsigned name = 0; name < nameless; ++name) {
        actor_id has_it;
        for (std::uint32_t i = 1; i <= all.people.size(); ++i) {
            const life& of = all.people[i];
            if (of.alive != nullptr && of.system == district && of.alive->name() == name) {
                all.require(!has_it, "no two go by the same name");
                has_it = of.id;
            }
        }
        const auto found = all.districts[district].program->find<chatter>(names[name], 1h);
        all.require(found ? found->actor() == has_it : !has_it,
                    "who has a name is found by it, and nobody else");
    }
}

} // namespace iapp::test::conservation
