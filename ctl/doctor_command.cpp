#include "ctl/doctor_command.h"

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "ctl/doctor/judge.h"
#include "ctl/doctor/report.h"
#include "ctl/host_facts.h"

namespace wslb::ctl {

Exit run_doctor(const DoctorCommand& command, const Arguments& arguments) {
  const doctor::Report report = doctor::judge(gather_facts(command.file, arguments.run_dir));
  const bool colour = ::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  const std::string text = arguments.json ? report_json(report) : report_text(report, colour);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return report.findings.empty() ? Exit::Done : Exit::No;
}

}  // namespace wslb::ctl
