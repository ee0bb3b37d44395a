#pragma once

#include <insightflow/core/id.hpp>

/// The ids of everything that is stored; here so that rooms can name each other's things without
/// including each other.
namespace insightflow {

using WorkspaceId = Id<struct WorkspaceTag>;
using UserId = Id<struct UserTag>;
using SessionId = Id<struct SessionTag>;
using ApiKeyId = Id<struct ApiKeyTag>;
using ProjectId = Id<struct ProjectTag>;
using SurveyId = Id<struct SurveyTag>;
using ResponseId = Id<struct ResponseTag>;
using JobId = Id<struct JobTag>;
using RunId = Id<struct RunTag>;
using ScheduleId = Id<struct ScheduleTag>;
using LlmCallId = Id<struct LlmCallTag>;
using InviteId = Id<struct InviteTag>;
using GrantId = Id<struct GrantTag>;
using ErasureId = Id<struct ErasureTag>;

}  // namespace insightflow
